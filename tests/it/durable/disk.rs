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
