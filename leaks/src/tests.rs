//! What is found, and above all what is not.

use super::*;

/// Random text that no scanner of this file's own takes for a key: made when the test runs.
fn random(alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let digit = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        letters[(state >> 33) as usize % letters.len()]
    };
    (0..length).map(digit).collect()
}

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn kinds(path: &str, text: &str) -> Vec<Kind> {
    scan_file(path, text).into_iter().map(|finding| finding.kind).collect()
}

fn nothing(path: &str, text: &str) {
    let found = scan_file(path, text);
    assert!(found.is_empty(), "{text:?} in {path}: {found:?}");
}

#[test]
fn keys_with_a_form_of_their_own_are_found_wherever_they_stand() {
    for (prefix, alphabet, length, kind) in [
        ("sk-ant-api03-", ALNUM, 80, Kind::ModelKey),
        ("sk-proj-", ALNUM, 60, Kind::ModelKey),
        ("sk-", ALNUM, 48, Kind::ModelKey),
        ("gsk_", ALNUM, 52, Kind::ModelKey),
        ("hf_", ALNUM, 34, Kind::ModelKey),
        ("AKIA", UPPER, 16, Kind::CloudKey),
        ("AIza", ALNUM, 35, Kind::CloudKey),
        ("ghp_", ALNUM, 36, Kind::CodeToken),
        ("github_pat_", ALNUM, 82, Kind::CodeToken),
        ("glpat-", ALNUM, 20, Kind::CodeToken),
        ("npm_", ALNUM, 36, Kind::CodeToken),
        ("xoxb-", ALNUM, 40, Kind::ChatToken),
        ("sk_live_", ALNUM, 24, Kind::ServiceKey),
        ("shpat_", HEX, 32, Kind::ServiceKey),
    ] {
        let key = format!("{prefix}{}", random(alphabet, length));
        for text in [key.clone(), format!("use {key}, please"), format!("client({key:?})"), format!("KEY={key}\n")] {
            let found = scan(&text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!((found[0].kind, &text[found[0].range.clone()]), (kind, key.as_str()), "{text}");
            assert!(found[0].preview.len() < key.len(), "{}", found[0].preview);
            assert!(!found[0].preview.contains(&key[key.len() - 6..]), "{}", found[0].preview);
        }
    }
}

#[test]
fn a_key_is_no_part_of_a_longer_word_and_no_placeholder() {
    let body = random(ALNUM, 48);
    nothing("a.css", &format!(".risk-{body} {{}}"));
    nothing("a.css", ".sk-folding-cube-something-long-enough-for-a-key {}");
    nothing("a.md", "OPENAI_API_KEY=sk-your-key-here-xxxxxxxxxxxxxxxx");
    nothing("a.md", "export KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    nothing("a.md", "AKIAIOSFODNN7EXAMPLE");
    nothing("a.md", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

#[test]
fn private_keys_are_found_and_public_ones_are_not() {
    let pem = |name: &str| format!("-----BEGIN {name}-----\nMIIE\n-----END {name}-----\n");
    for name in ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        let found = scan(&format!("one\n{}", pem(name)));
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!((found[0].kind, found[0].line), (Kind::PrivateKey, 2));
    }
    nothing("a.pem", &pem("PUBLIC KEY"));
    nothing("a.pem", &pem("CERTIFICATE"));
}

#[test]
fn web_tokens_hooks_addresses_and_our_own_links_are_found() {
    let jwt = format!("eyJ{}.eyJ{}.{}", random(ALNUM, 33), random(ALNUM, 40), random(ALNUM, 43));
    assert_eq!(kinds("a.txt", &format!("Authorization: Bearer {jwt}")), [Kind::Jwt]);
    let hook =
        format!("https://hooks.slack.com/services/T{}/B{}/{}", random(UPPER, 8), random(UPPER, 8), random(ALNUM, 24));
    assert_eq!(kinds("a.py", &format!("URL = '{hook}'")), [Kind::ChatToken]);
    assert_eq!(kinds("a.py", "url = 'postgres://app:tr0ub4dor@db.internal/app'"), [Kind::AddressPassword]);
    let link = format!("https://play.example.org/s/{}#{}", random(ALNUM, 32), random(ALNUM, 32));
    assert_eq!(kinds("notes.md", &format!("join me: {link}")), [Kind::SessionLink]);

    nothing("a.py", "url = 'postgres://user:password@localhost/app'");
    nothing("a.py", "url = 'postgres://app:${DB_PASSWORD}@db/app'");
    nothing("a.py", "see https://user@example.org/a:b@c");
    nothing("a.md", "https://play.example.org/s/abc#introduction");
}

#[test]
fn what_is_given_to_a_name_that_says_so_is_found() {
    let key = random(ALNUM, 32);
    for (path, text) in [
        ("a.py", "password = \"tr0ub4dor&3\"".to_owned()),
        ("a.py", "DB_PASSWORD: str = 'tr0ub4dor&3'".to_owned()),
        ("a.js", "const config = { dbPassword: 'tr0ub4dor&3' };".to_owned()),
        ("a.json", "  \"password\": \"tr0ub4dor&3\",".to_owned()),
        ("a.rb", "settings['admin_pass'] = 'tr0ub4dor&3'".to_owned()),
        ("a.js", format!("const apiKey = \"{key}\";")),
        ("a.go", format!("clientSecret := \"{key}\"")),
        ("a.yaml", format!("api_key: {key}")),
        ("a.php", format!("'secret' => '{key}',")),
        ("a.sh", format!("export AUTH_TOKEN={key}")),
        ("a.ini", format!("aws_secret_access_key = {key}")),
    ] {
        let found = scan_file(path, &text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].kind, Kind::Assigned, "{text}");
        let secret = &text[found[0].range.clone()];
        assert!(secret == key || secret == "tr0ub4dor&3", "{secret}");
        assert!(!found[0].preview.contains(secret), "{}", found[0].preview);
    }
}

#[test]
fn code_that_speaks_of_secrets_is_not_one() {
    for text in [
        "password = os.environ['PASSWORD']",
        "password = get_password(user)",
        "const password = req.body.password;",
        "password: string;",
        "if password == \"tr0ub4dor&3\":",
        "<input type=\"password\" autocomplete=\"current-password\">",
        "password = \"your-password-here\"",
        "password = \"\"",
        "password_label = \"Tr0ub4dor&3\"",
        "token = tokenizer.next_token()",
        "max_tokens = 4096",
        "TOKEN_URL = \"https://auth.example.org/v2/token\"",
        "api_key_env = \"WORK_OPENAI_KEY\"",
        "let token = CancellationToken::new();",
        "secret: \"A secret that nobody knows 1\"",
        "\"access_token\": \"string\"",
        "password = 'xxxxxxxxxxx1A'",
        "apiKey: process.env.API_KEY_PRODUCTION,",
        "private_key = load_pem_private_key(data)",
        "token: ${{ secrets.GITHUB_TOKEN }}",
        "secretKey: <your secret key 1A>",
        "/// The token: see [`crate::session::Token`].",
    ] {
        nothing("a.py", text);
    }
}

#[test]
fn lock_files_hold_hashes() {
    let hash = random(HEX, 64);
    nothing("Cargo.lock", &format!("checksum = \"{hash}\""));
    nothing("package-lock.json", &format!("\"integrity\": \"sha512-{}==\"", random(ALNUM, 86)));
    nothing("poetry.lock", &format!("token = \"{hash}\""));
    nothing("a.rs", &format!("const DIGEST: &str = \"{hash}\";"));
}

#[test]
fn values_of_environment_files_are_found_but_not_those_of_examples() {
    let key = random(ALNUM, 40);
    let text =
        format!("# SECRET_KEY={key}\nPORT=8080\nDB_PASS=sunshine\nDEBUG=true\nSERVICE={key}\nAPI_KEY=your-key-here\n");
    let found = scan_file(".env", &text);
    assert_eq!(found.iter().map(|f| (f.kind, f.line)).collect::<Vec<_>>(), [(Kind::EnvValue, 3), (Kind::EnvValue, 5)]);
    assert_eq!(found[0].preview, "DB_PASS = ••••••••");
    nothing(".env.example", &text);
    assert_eq!(kinds(".env.example", &format!("K=ghp_{}", random(ALNUM, 36))), [Kind::CodeToken]);
}

#[test]
fn lines_and_ranges_count_bytes_of_the_whole_text() {
    let key = format!("ghp_{}", random(ALNUM, 36));
    let text = format!("ä\r\nö {key}\n\n{key}");
    let found = scan(&text);
    assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [2, 4]);
    assert!(found.iter().all(|f| text[f.range.clone()] == key));
}

#[test]
fn a_text_of_nothing_but_keys_is_not_listed_without_end() {
    let key = format!("ghp_{}\n", random(ALNUM, 36));
    assert_eq!(scan(&key.repeat(FINDINGS_MAX + 1)).len(), FINDINGS_MAX);
}

#[test]
fn any_text_is_read_without_harm() {
    let pieces = [
        "=",
        ":",
        "'",
        "\"",
        "password",
        "ä",
        "\n",
        " ",
        "sk-",
        "eyJ",
        ".",
        "://",
        "@",
        "-----BEGIN ",
        "/s/",
        "#",
        "…",
    ];
    let mut state = 1u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        for finding in scan_file(".env", &text) {
            assert!(text.get(finding.range.clone()).is_some(), "{text:?}: {finding:?}");
        }
    }
}
