use expect_test::{Expect, expect};

use super::*;
use crate::terms::{Format, LOCAL_CONTEXT};
use crate::upstream::Upstream;

struct Nobody;

impl Provider for Nobody {
    fn open(&self) -> Arc<dyn Upstream> {
        unreachable!("no test opens a model")
    }
}

fn build(config: serde_json::Value, env: &[(&str, &str)]) -> Result<Catalog, ConfigError> {
    let config: ModelsConfig = serde_json::from_value(config).unwrap();
    let env = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Catalog::build(&config, env, Arc::new(Nobody))
}

fn check(config: serde_json::Value, env: &[(&str, &str)], expect: Expect) {
    let shown = match build(config, env) {
        Ok(catalog) => catalog
            .list()
            .iter()
            .map(|offer| format!("{} | {} | {}\n", offer.id, offer.label, offer.provider))
            .collect::<String>(),
        Err(error) => error.to_string(),
    };
    expect.assert_eq(&shown);
}

#[test]
fn with_nothing_configured_practice_serves() {
    let catalog = build(serde_json::json!({}), &[("GROQ_API_KEY", "  ")]).unwrap();
    assert_eq!(catalog.default_id(), PRACTICE);
    assert_eq!(catalog.list().len(), 1);
    assert!(catalog.get(PRACTICE).is_some() && catalog.get("groq").is_none());
}

#[test]
fn the_environment_offers_what_it_has_keys_for() {
    check(
        serde_json::json!({}),
        &[("OPENAI_API_KEY", "k"), ("GROQ_API_KEY", "k"), ("GROQ_MODEL", "fast-1"), ("MISTRAL_MODEL", "unused")],
        expect![[r#"
            openai | gpt-5.1 · OpenAI | OpenAI
            groq | fast-1 · Groq | Groq
            practice | Practice (scripted) | practice
        "#]],
    );
}

#[test]
fn a_base_address_makes_it_a_compatible_server() {
    check(
        serde_json::json!({}),
        &[("OPENAI_BASE_URL", "http://localhost:4000/v1/"), ("OPENAI_MODEL", "mine")],
        expect![[r#"
            openai | mine · localhost:4000 | localhost:4000
            practice | Practice (scripted) | practice
        "#]],
    );
}

#[test]
fn the_file_comes_first_and_overrides() {
    check(
        serde_json::json!({"models": [
            {"preset": "cerebras", "model": "zai-glm", "label": "GLM"},
            {"id": "groq", "preset": "groq", "api_key": "k2", "max_output_tokens": 9},
            {"id": "box", "base_url": "http://10.0.0.2:8000/v1", "model": "qwen"},
        ]}),
        &[("CEREBRAS_API_KEY", "k"), ("GROQ_API_KEY", "k")],
        expect![[r#"
            cerebras:zai-glm | GLM | Cerebras
            groq | gpt-oss-120b · Groq | Groq
            box | qwen · 10.0.0.2:8000 | 10.0.0.2:8000
            cerebras | gpt-oss-120b · Cerebras | Cerebras
            practice | Practice (scripted) | practice
        "#]],
    );
}

#[test]
fn requests_keep_to_what_is_configured_and_else_to_what_is_known() {
    let catalog = build(
        serde_json::json!({"models": [
            {"id": "a", "preset": "groq", "context_tokens": 9000, "max_output_tokens": 500, "format": "search-replace"},
            {"id": "b", "base_url": "http://10.0.0.2:8000/v1", "model": "tiny", "format": "whole-file"},
        ]}),
        &[("GROQ_API_KEY", "k")],
    )
    .unwrap();
    let terms = |context_tokens, output_tokens, format| Some(Terms { context_tokens, output_tokens, format });
    assert_eq!(catalog.terms("a"), terms(9000, Some(500), Format::SearchReplace));
    assert_eq!(catalog.terms("b"), terms(LOCAL_CONTEXT, None, Format::WholeFile));
    assert_eq!(catalog.terms("groq"), terms(131_072, None, Format::Edit));
    assert_eq!(catalog.terms("practice"), Some(Terms::default()));
    assert_eq!(catalog.terms("nope"), None);
}

#[test]
fn what_cannot_be_used_says_why() {
    let one = |model: serde_json::Value| serde_json::json!({"models": [model]});
    check(
        one(serde_json::json!({"id": "x", "preset": "nope"})),
        &[],
        expect![[
            r#"model "x": there is no preset "nope" (there are: openai, cerebras, groq, openrouter, deepseek, mistral, together, fireworks, ollama, lmstudio, llamacpp, vllm, generic)"#
        ]],
    );
    check(
        one(serde_json::json!({"id": "x", "preset": "groq"})),
        &[],
        expect![[r#"model "x": the environment variable GROQ_API_KEY is not set"#]],
    );
    check(
        one(serde_json::json!({"id": "x", "model": "m"})),
        &[],
        expect![[r#"model "x" needs a base_url or a preset"#]],
    );
    check(one(serde_json::json!({"id": "x", "preset": "ollama"})), &[], expect![[r#"model "x" needs a model name"#]]);
    check(
        one(serde_json::json!({"id": "x", "model": "m", "base_url": "http://me:pw@host/v1"})),
        &[],
        expect![[r#"model "x": base_url has to begin with http:// or https:// and holds no user name or password"#]],
    );
    for wrong in
        [serde_json::json!({"context_tokens": CONTEXT_MIN - 1}), serde_json::json!({"max_output_tokens": 40_000})]
    {
        let mut model = serde_json::json!({"id": "x", "model": "m", "base_url": "http://host/v1"});
        model.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        check(
            one(model),
            &[],
            expect![[r#"model "x": context_tokens has to be at least 4000, and above max_output_tokens"#]],
        );
    }
    check(
        one(serde_json::json!({"id": "practice", "model": "m", "base_url": "http://host/v1"})),
        &[],
        expect![[r#"the model id "practice" is taken"#]],
    );
}

#[test]
fn a_presets_key_stays_with_the_presets_server() {
    let model = ModelConfig {
        preset: Some("groq".to_owned()),
        base_url: Some("http://elsewhere/v1".to_owned()),
        ..ModelConfig::default()
    };
    let resolved = resolve(&model, &|_: &str| Some("key".to_owned())).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(resolved.key, None);
}

#[test]
fn found_models_come_before_practice() {
    let mut catalog = build(serde_json::json!({}), &[]).unwrap();
    catalog.add_found(&[Found {
        dialect: dialect::OLLAMA,
        base_url: "http://127.0.0.1:11434/v1".to_owned(),
        models: vec!["qwen3:8b".to_owned()],
    }]);
    assert_eq!(catalog.default_id(), "ollama:qwen3:8b");
    let offer = &catalog.list()[0];
    assert_eq!((offer.label.as_str(), offer.provider.as_str()), ("qwen3:8b · Ollama", "local"));
}
