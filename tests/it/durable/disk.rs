//! A disk that is full, or can only be read: a visible state, in which typing goes on and nothing saved is lost.

use std::process::Command;

use protocol::server::Stall;

use super::*;

/// A tmpfs of a few pages, unmounted with it. Only root mounts.
struct SmallDisk(Folder);

impl SmallDisk {
    fn mount() -> Result<Option<SmallDisk>> {
        let folder = Folder::new("disk")?;
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&folder.0).output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            eprintln!("SKIPPED: no tmpfs can be mounted here (it takes root), so no disk was full or read-only");
            return Ok(None);
        }
        Ok(Some(SmallDisk(folder)))
    }

    fn data(&self) -> PathBuf {
        self.0.0.join("data")
    }

    fn remount(&self, how: &str) -> Result<()> {
        let status = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0.0).status()?;
        ensure!(status.success(), "cannot remount {how}");
        Ok(())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0.0).status();
    }
}

fn stalled(client: &Client) -> Option<Stall> {
    let last = client
        .frames
        .iter()
        .rev()
        .find_map(|f| if let ServerFrame::Saved { stalled, .. } = f { Some(*stalled) } else { None });
    last.flatten()
}

#[tokio::test]
async fn on_a_full_disk_typing_goes_on_and_is_saved_when_there_is_room() -> Result<()> {
    let Some(disk) = SmallDisk::mount()? else { return Ok(()) };
    let server = Binary::start(&disk.data())?;
    let session = server.create(Some(LESSON)).await?;
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    let path = first(&ada)?;
    saved(&mut ada).await?;
    std::fs::write(disk.0.0.join("ballast"), vec![1; 2 * 1024 * 1024]).ok();
    for n in 0..40 {
        ada.insert(&path, 0, &format!("{n} {}\n", "x".repeat(20_000))).await?;
    }
    ada.until("the full disk", |c| stalled(c).is_some()).await?;
    ensure!(stalled(&ada) == Some(Stall::Full), "{:?}", stalled(&ada));
    ada.insert(&path, 0, "typed on a full disk\n").await?;
    ada.settle().await?;
    ensure!(stalled(&ada).is_some(), "it is still full");
    disk.remount("size=64m")?;
    ada.until("room", |c| stalled(c).is_none()).await?;
    saved(&mut ada).await?;
    server.kill()?;

    let server = Binary::start(&disk.data())?;
    let eve = Client::connect(server.addr, &session, 0).await?;
    ensure!(eve.text(&path) == ada.text(&path), "something is lost");
    ensure!(eve.text(&path).is_some_and(|text| text.starts_with("typed on a full disk\n")), "typing is lost");
    server.kill()
}

#[tokio::test]
async fn a_read_only_folder_is_refused_at_the_start_with_a_reason() -> Result<()> {
    let Some(disk) = SmallDisk::mount()? else { return Ok(()) };
    disk.remount("ro")?;
    ensure!(Binary::start(&disk.data()).is_err(), "it cannot start on a disk that it cannot write");
    Ok(())
}

/// A small ext4 disk that can break, as disks do: from then on the system lets it only be read. Only root makes one.
struct BrittleDisk {
    folder: Folder,
    device: String,
}

impl BrittleDisk {
    fn mount() -> Result<Option<BrittleDisk>> {
        let folder = Folder::new("brittle")?;
        std::fs::create_dir_all(folder.0.join("mounted"))?;
        let image = folder.0.join("image");
        std::fs::File::create(&image)?.set_len(32 * 1024 * 1024)?;
        let run = |program: &str, args: &[&str]| -> Option<String> {
            let output = Command::new(program).args(args).output().ok().filter(|output| output.status.success())?;
            String::from_utf8(output.stdout).ok()
        };
        let (image, mounted) = (image.display().to_string(), folder.0.join("mounted").display().to_string());
        let made = run("mkfs.ext4", &["-q", &image])
            .and_then(|_| run("mount", &["-o", "loop,errors=remount-ro", &image, &mounted]))
            .and_then(|_| run("findmnt", &["-n", "-o", "SOURCE", &mounted]));
        let Some(device) = made else {
            eprintln!("SKIPPED: no disk can be made here (it takes root and loop devices), so none became read-only");
            return Ok(None);
        };
        let device = device.trim().rsplit('/').next().context("no device")?.to_owned();
        Ok(Some(BrittleDisk { folder, device }))
    }

    fn data(&self) -> PathBuf {
        self.folder.0.join("mounted").join("data")
    }

    fn break_down(&self) -> Result<()> {
        Ok(std::fs::write(format!("/sys/fs/ext4/{}/trigger_fs_error", self.device), "1")?)
    }

    /// As after a restart of the machine: checked, and mounted again.
    fn repair(&self) -> Result<()> {
        let (image, mounted) = (self.folder.0.join("image"), self.folder.0.join("mounted"));
        ensure!(Command::new("umount").arg(&mounted).status()?.success(), "it is in use");
        // 1: errors were found and mended.
        let mended = Command::new("fsck.ext4").arg("-p").arg(&image).output()?.status.code();
        ensure!(matches!(mended, Some(0 | 1)), "it cannot be mended: {mended:?}");
        ensure!(Command::new("mount").args(["-o", "loop"]).args([&image, &mounted]).status()?.success(), "no mount");
        Ok(())
    }
}

impl Drop for BrittleDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.0.join("mounted")).status();
    }
}

#[tokio::test]
async fn on_a_disk_that_becomes_read_only_typing_goes_on_and_what_was_saved_is_there() -> Result<()> {
    let Some(disk) = BrittleDisk::mount()? else { return Ok(()) };
    let server = Binary::start(&disk.data())?;
    let session = server.create(Some(LESSON)).await?;
    let mut ada = Client::connect(server.addr, &session, 0).await?;
    let mut eve = Client::connect(server.addr, &session, 0).await?;
    let path = first(&ada)?;
    ada.insert(&path, 0, "# saved\n").await?;
    saved(&mut ada).await?;
    disk.break_down()?;
    ada.insert(&path, 0, "# typed since\n").await?;
    ada.until("the broken disk", |c| stalled(c).is_some()).await?;
    ensure!(stalled(&ada) == Some(Stall::ReadOnly), "{:?}", stalled(&ada));
    // The session goes on, for everyone in it.
    ada.insert(&path, 0, "# and on\n").await?;
    eve.until("the typing", |c| c.text(&path).is_some_and(|text| text.starts_with("# and on\n# typed since\n")))
        .await?;
    let now = ada.text(&path).context("no text")?;
    server.kill()?;
    disk.repair()?;

    let server = Binary::start(&disk.data())?;
    let late = Client::connect(server.addr, &session, 0).await?;
    ensure!(late.text(&path).is_some_and(|text| text.starts_with("# saved\n")), "what was saved is lost");
    // What was not is still with whoever typed it.
    let mut ada = ada.reconnect(server.addr, &session).await?;
    ada.answer().await?;
    saved(&mut ada).await?;
    ensure!(ada.text(&path).as_ref() == Some(&now), "typing is lost: {:?}", ada.text(&path));
    server.kill()
}
