//! What a person drops or chooses, and what it means: a zip, a patch, or files with their paths. Pure.

use protocol::files::{ImportAnswer, ImportView};

/// Folders that belong to tools and not to a project: thousands of files that nobody means.
const TOOLS: [&str; 6] = [".git", "node_modules", "target", "__pycache__", ".venv", ".DS_Store"];

/// What is brought in, by the indices of what was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// One zip.
    Zip(usize),
    /// One patch.
    Patch(usize),
    /// Files, each with its path in the project.
    Files(Vec<(usize, String)>),
    /// Nothing that belongs to a project.
    Nothing,
}

/// What was chosen means, by the paths of its files: those of a folder begin with the folder's name.
pub fn meant(paths: &[String]) -> Meant {
    if let [only] = paths {
        let name = only.to_ascii_lowercase();
        if name.ends_with(".zip") {
            return Meant::Zip(0);
        }
        if name.ends_with(".patch") || name.ends_with(".diff") {
            return Meant::Patch(0);
        }
    }
    let is_tools = |path: &str| path.split('/').any(|part| TOOLS.contains(&part));
    let files: Vec<(usize, &str)> = paths
        .iter()
        .enumerate()
        .map(|(at, path)| (at, path.trim_start_matches('/')))
        .filter(|(_, path)| !is_tools(path))
        .collect();
    if files.is_empty() {
        return Meant::Nothing;
    }
    // One folder is the project itself: its name is that of a place on somebody's disk.
    let folder = files.first().and_then(|(_, path)| path.split_once('/')).map(|(folder, _)| format!("{folder}/"));
    let folder = folder.filter(|folder| files.iter().all(|(_, path)| path.starts_with(folder)));
    let within = |path: &str| folder.as_deref().and_then(|folder| path.strip_prefix(folder)).unwrap_or(path).to_owned();
    Meant::Files(files.into_iter().map(|(at, path)| (at, within(path))).collect())
}

/// What people call what they chose.
pub fn name(paths: &[String]) -> String {
    match paths {
        [only] => only.rsplit('/').next().unwrap_or(only).to_owned(),
        [first, ..] => {
            let folder = first.trim_start_matches('/').split_once('/').map(|(folder, _)| folder);
            let same = |folder: &&str| {
                paths.iter().all(|path| path.trim_start_matches('/').starts_with(&format!("{folder}/")))
            };
            folder.filter(same).map_or_else(|| format!("{} files", paths.len()), |folder| format!("{folder}/"))
        }
        [] => String::new(),
    }
}

/// What an import did, in words.
pub fn told(view: &ImportView) -> String {
    let counts = [(view.added, "new"), (view.changed, "changed"), (view.moved, "moved"), (view.removed, "removed")];
    let words: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    words.join(", ")
}

/// The answer to an import, in words.
pub fn answered(name: &str, answer: &ImportAnswer) -> String {
    let mut text = match &answer.import {
        Some(view) => format!("Brought in {name}: {}.", told(view)),
        None => format!("Everything in {name} was here already."),
    };
    match answer.binary {
        0 => {}
        1 => text.push_str(" One of them is not text: it is kept as it is."),
        more => text.push_str(&format!(" {more} of them are not text: they are kept as they are.")),
    }
    if answer.left_out > 0 {
        text.push_str(&format!(" Left out: {} that tools keep beside a project.", answer.left_out));
    }
    text
}

/// A size in bytes, for a person.
pub fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        _ if bytes < KIB * KIB => format!("{} KiB", bytes.div_ceil(KIB)),
        _ => format!("{:.1} MiB", bytes as f64 / (KIB * KIB) as f64),
    }
}

/// Whether a browser shows such a file as a picture.
pub fn picture(path: &str) -> Option<&'static str> {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())?;
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "bmp" => "image/bmp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(paths: &[&str]) -> Meant {
        meant(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>())
    }

    fn meant_files(paths: &[(usize, &str)]) -> Meant {
        Meant::Files(paths.iter().map(|(at, path)| (*at, (*path).to_owned())).collect())
    }

    #[test]
    fn one_zip_or_patch_is_opened_and_among_others_it_is_a_file() {
        assert_eq!(files(&["a.ZIP"]), Meant::Zip(0));
        assert_eq!(files(&["fix.patch"]), Meant::Patch(0));
        assert_eq!(files(&["fix.diff"]), Meant::Patch(0));
        assert_eq!(files(&["a.zip", "b.py"]), meant_files(&[(0, "a.zip"), (1, "b.py")]));
    }

    #[test]
    fn a_folder_is_the_project_and_what_tools_keep_in_it_is_not() {
        let dropped = files(&["/shop/a.py", "/shop/src/b.py", "/shop/.git/config", "/shop/node_modules/x/y.js"]);
        assert_eq!(dropped, meant_files(&[(0, "a.py"), (1, "src/b.py")]));
        assert_eq!(files(&["/one/a", "/two/a"]), meant_files(&[(0, "one/a"), (1, "two/a")]));
        assert_eq!(files(&["/shop/.git/config"]), Meant::Nothing);
        assert_eq!(files(&[]), Meant::Nothing);
    }

    #[test]
    fn names_and_words_are_for_people() {
        let own = |paths: &[&str]| name(&paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>());
        assert_eq!(own(&["/shop/a", "/shop/b"]), "shop/");
        assert_eq!(own(&["a", "b", "c"]), "3 files");
        assert_eq!(own(&["/x/a.zip"]), "a.zip");
        let view = ImportView {
            id: "i".into(),
            name: "x".into(),
            by: None,
            added: 2,
            changed: 1,
            moved: 0,
            removed: 0,
            taken_back: false,
        };
        let answer = ImportAnswer { import: Some(view), unchanged: 0, left_out: 3, binary: 1 };
        let words = answered("x", &answer);
        assert!(words.starts_with("Brought in x: 2 new, 1 changed. One of them is not text"), "{words}");
        assert!(words.ends_with("Left out: 3 that tools keep beside a project."));
        assert_eq!(
            answered("x", &ImportAnswer { import: None, left_out: 0, binary: 0, ..answer }),
            "Everything in x was here already."
        );
        assert_eq!(
            (size(12), size(1025), size(3 * 1024 * 1024)),
            ("12 bytes".into(), "2 KiB".into(), "3.0 MiB".into())
        );
        assert_eq!((picture("a/B.PNG"), picture("a.py")), (Some("image/png"), None));
    }
}
