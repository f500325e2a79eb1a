//! Servers on this machine.

use std::time::Duration;

use models::chat::dialect::{LLAMA_CPP, LM_STUDIO, OLLAMA};
use models::discover::{Place, discover_at};
use tests::standin::{Script, Standin};

/// Long: a busy machine must not fail the test; the servers that are not there refuse at once.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn each_kind_is_found_where_it_is_and_only_there() {
    let standin = Standin::start(Script::say(["a"])).await.unwrap();
    let gone = Standin::start(Script::say(["a"])).await.unwrap().port();
    let places = [
        Place { dialect: OLLAMA, port: standin.port() },
        Place { dialect: LM_STUDIO, port: gone },
        Place { dialect: LLAMA_CPP, port: standin.port() },
    ];
    let found = discover_at(&places, PATIENCE).await;
    let shown: Vec<(&str, &[String])> =
        found.iter().map(|server| (server.dialect.id, server.models.as_slice())).collect();
    assert_eq!(shown, [("ollama", &["stand-in:latest".to_owned()][..]), ("llamacpp", &["stand-in".to_owned()][..])]);
    assert_eq!(found[0].base_url, standin.base_url());
}
