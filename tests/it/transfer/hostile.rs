//! What was made to do harm gets a clear error, and nothing of the session changes.

use std::io::{Cursor, Write as _};

use anyhow::{Result, ensure};
use parcel::limits::{BINARY_MAX, BODY_MAX, FILES_MAX, TEXT_MAX, UNPACKED_MAX};
use protocol::ErrorCode;
use reqwest::Method;
use tests::server::TestServer;
use tests::transfer::{Transfer, refusal};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{begun, project, unzip};

fn zip(names: &[&str]) -> Vec<u8> {
    packed(&names.iter().map(|name| (*name, 1, b'x')).collect::<Vec<_>>())
}

fn packed(files: &[(&str, usize, u8)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, size, byte) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(&vec![*byte; *size]).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A zip with a name in it that writers refuse.
fn forged(name: &[u8]) -> Vec<u8> {
    let place = "n".repeat(name.len());
    replaced(zip(&["ok.txt", &place]), place.as_bytes(), name)
}

fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..=bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

fn linked() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn encrypted() -> Vec<u8> {
    let mut bytes = zip(&["secret"]);
    for (mark, offset) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = bytes.windows(4).position(|window| window == mark).unwrap();
        bytes[at + offset] |= 1;
    }
    bytes
}

#[tokio::test]
async fn hostile_zips_get_a_clear_error_and_change_nothing() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, _) = begun(&server, &project()).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let mut witness = server.join(&session).await?;
    let (head, before) = (witness.shown, transfer.export("zip").await?);
    let bombs: Vec<String> = (0..=UNPACKED_MAX / BINARY_MAX).map(|n| format!("{n}.bin")).collect();
    let bomb = packed(&bombs.iter().map(|name| (name.as_str(), BINARY_MAX, 0)).collect::<Vec<_>>());
    let many: Vec<String> = (0..=FILES_MAX).map(|n| n.to_string()).collect();
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("no zip", b"PK\x03\x04 and then nothing".to_vec(), "cannot be read"),
        ("cut off", before[..before.len() / 2].to_vec(), "cannot be read"),
        ("leads out", forged(b"../../etc/passwd"), "leads out of the project"),
        ("absolute", forged(b"/etc/passwd"), "is an absolute path"),
        ("a drive", forged(b"C:/windows"), "is an absolute path"),
        ("backslashes", forged(b"..\\..\\x"), "leads out of the project"),
        ("a NUL", forged(b"a\0b"), "unprintable"),
        ("an empty part", forged(b"a//b"), "empty part"),
        ("bad UTF-8", forged(b"bad \xff\xfe name"), "not UTF-8"),
        ("a link", linked(), "link"),
        ("a password", encrypted(), "encrypted"),
        ("the same name twice", replaced(zip(&["one.txt", "two.txt"]), b"two.txt", b"one.txt"), "twice"),
        ("case alone", zip(&["README", "readme"]), "the same file"),
        ("a file that is a folder", zip(&["a", "a/b"]), "a file and a folder"),
        ("a large text", packed(&[("big.txt", TEXT_MAX + 1, b'a')]), "too large"),
        ("a large file", packed(&[("big.bin", BINARY_MAX + 1, 0)]), "too large"),
        ("a bomb", bomb, "larger than"),
        ("too many", zip(&many.iter().map(String::as_str).collect::<Vec<_>>()), "more than"),
    ];
    for (what, bytes, words) in cases {
        let (status, code, message) = transfer.refused("application/zip", bytes).await?;
        ensure!(status == 422 && code == ErrorCode::BadImport, "{what}: {status} {code:?}");
        ensure!(message.starts_with("The zip was not taken: ") && message.contains(words), "{what}: {message}");
    }
    witness.settle().await?;
    ensure!(witness.shown == head, "nothing happened in the session");
    ensure!(unzip(&transfer.export("zip").await?)? == project());
    server.stop().await
}

#[tokio::test]
async fn hostile_patches_and_files_get_a_clear_error_and_change_nothing() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, _) = begun(&server, &project()).await?;
    let transfer = Transfer { addr: server.addr, session: &session };
    let mut witness = server.join(&session).await?;
    let head = witness.shown;
    let file = |name: &str| format!("--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-a\n+b\n");
    let fits = "--- a/src/app.py\n+++ b/src/app.py\n@@ -1 +1 @@\n-print(1)\n+print(0)\n";
    let patches = [
        ("prose".to_owned(), "no patch"),
        (file("../x"), "leads out"),
        (file("/etc/passwd"), "absolute"),
        (file(".git/config"), ".git"),
        (file("nowhere.py"), "not there"),
        (format!("diff --git a/l b/l\nnew file mode 120000\n{}", file("l")), "link"),
        // The first fits, the second does not: neither is done.
        (format!("{fits}{}", file("src/app.py")), "does not have the lines"),
    ];
    for (patch, words) in patches {
        let (status, code, message) = transfer.refused("text/x-patch", patch.into_bytes()).await?;
        ensure!(
            status == 422 && code == ErrorCode::BadImport && message.contains(words),
            "{status} {code:?} {message}"
        );
    }
    let files: [(&str, &[u8]); 4] = [("../x", b""), ("/x", b""), ("a\\b", b""), ("x/.git/hooks/y", b"")];
    for (path, bytes) in files {
        let request =
            transfer.request(Method::POST, &format!("import?path={}", path.replace('\\', "%5C"))).body(bytes.to_vec());
        let (status, code, message) = refusal(request).await?;
        ensure!(status == 422 && code == ErrorCode::BadImport, "{path}: {status} {message}");
    }
    for form in
        [vec![("a", b"1".as_slice()), ("a", b"2")], vec![("a", b""), ("A", b"")], vec![("a", b""), ("a/b", b"")]]
    {
        let (status, code, _) = refusal(transfer.files(&form)?).await?;
        ensure!(status == 422 && code == ErrorCode::BadImport);
    }
    let huge = transfer.request(Method::POST, "import").body(vec![0; BODY_MAX + 1]);
    match refusal(huge).await {
        Ok((status, code, _)) => ensure!(status == 413 && code == ErrorCode::Limit, "{status}"),
        // The server may close the connection before all was sent.
        Err(error) => ensure!(error.to_string().contains("error sending request"), "{error}"),
    }
    witness.settle().await?;
    ensure!(witness.shown == head, "nothing happened in the session");
    ensure!(unzip(&transfer.export("zip").await?)? == project());
    server.stop().await
}

#[tokio::test]
async fn bytes_that_a_participant_makes_up_are_refused() -> Result<()> {
    let server = TestServer::practice().await?;
    let (session, _) = begun(&server, &project()).await?;
    let mut mallory = server.join(&session).await?;
    mallory.set_field("assets/logo.png", "blob", &format!("{}:1", "0".repeat(64))).await?;
    ensure!(mallory.error().await? == ErrorCode::BadUpdate);
    server.stop().await
}
