//! Pages of one file.

use super::*;
use crate::File;

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), File::plain(text.as_bytes()))).collect()
}

fn page(files: &[(&str, &str)]) -> String {
    let tree = tree(files);
    String::from_utf8(write(&tree, &entry(&tree).unwrap()).unwrap()).unwrap()
}

#[test]
fn styles_scripts_and_pictures_are_put_in() {
    let html = "<!doctype html><head><link rel=stylesheet href=css/a.css media=print><script src='a.js?v=2'></script>\
        <link rel=icon href=i.png></head><body><img src=\"./i.png\" srcset='i.png 1x, https://x.y/z.png 2x'>\
        <div style=\"background:url('i.png')\"></div><img src=missing.png><a href=a.js>code</a></body>";
    let found = page(&[
        ("index.html", html),
        ("css/a.css", "@import 'b.css'; p { background: url( ../i.png ) } /* url(../i.png) */ </style>"),
        ("css/b.css", "q { color: red }"),
        ("a.js", "document.title = '</script><!--'"),
        ("i.png", "PNG"),
    ]);
    let picture = "data:image/png;base64,UE5H";
    assert!(found.contains("<style media=\"print\">@import url(\"data:text/css;base64,"), "{found}");
    assert!(found.contains(&format!("p {{ background: url(\"{picture}\") }} /* url(../i.png) */ <\\/style></style>")));
    assert!(found.contains("<script>document.title = '<\\/script><\\!--'</script>"));
    assert!(
        found.contains(&format!("<img src=\"{picture}\" srcset=\"{picture} 1x, https://x.y/z.png 2x\">")),
        "{found}"
    );
    assert!(found.contains(&format!("url(\"{picture}\")\"></div>")) || found.contains("url(&quot;data:"), "{found}");
    assert!(found.contains("<img src=missing.png><a href=a.js>"), "what is not there stays as it is");
}

#[test]
fn modules_find_each_other() {
    let found = page(&[
        (
            "app/index.html",
            "<script type=module src=main.js></script><script type=module>import '../lib/x.js'</script>",
        ),
        ("app/main.js", "import { x } from '../lib/x.js';\nimport data from \"./d.json\" with { type: 'json' };\nx();"),
        ("app/d.json", "{}"),
        (
            "lib/x.js",
            "import '../app/main.js'; // it's a ring\nexport const x = () => import('./y.mjs'); const s = 'from';",
        ),
        ("lib/y.mjs", "export default 'import'; export * from 'https://elsewhere/z.js'"),
    ]);
    let map =
        "<script type=\"importmap\">{\"imports\":{\"midstream:app/d.json\":\"data:application/json;base64,e30=\",";
    assert!(found.starts_with(map), "{found}");
    assert_eq!(found.matches("importmap").count(), 1);
    assert!(found.contains("import { x } from 'midstream:lib/x.js';"), "{found}");
    assert!(found.contains("<script type=module>import 'midstream:lib/x.js'</script>"), "{found}");
    for module in ["app/main.js", "lib/x.js", "lib/y.mjs"] {
        assert!(found.contains(&format!("\"midstream:{module}\":\"data:text/javascript;base64,")), "{module}");
    }
}

#[test]
fn a_deferred_script_still_waits_for_the_page() {
    let found = page(&[("a.html", "<script defer src=a.js></script><p>"), ("a.js", "go(\"</script>\")\n")]);
    assert!(found.contains("DOMContentLoaded") && found.contains("go(\\\"\\u003c/script>\\\")\\n"), "{found}");
}

#[test]
fn the_page_to_begin_with_is_the_one_at_the_top() {
    let begin = |files: &[(&str, &str)]| entry(&tree(files));
    assert_eq!(begin(&[("a/index.html", ""), ("b.html", ""), ("index.html", "")]).as_deref(), Some("index.html"));
    assert_eq!(begin(&[("a/index.html", ""), ("b.htm", "")]).as_deref(), Some("b.htm"));
    assert_eq!(begin(&[("a.js", "")]), None);
}

#[test]
fn a_page_past_its_limit_is_refused() {
    let mut tree = tree(&[("index.html", &"<img src=i.png>".repeat(64))]);
    tree.insert("i.png".into(), File::plain(vec![0; 1024 * 1024]));
    assert!(matches!(write(&tree, "index.html"), Err(BadPage::TooLarge)));
    assert!(matches!(write(&tree, "other.html"), Err(BadPage::Missing(_))));
}
