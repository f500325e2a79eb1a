//! Links as their owner makes and sees them.

use expect_test::expect;
use protocol::links::{CreatedLink, LinkState, LinkView, Links, NewLink};
use protocol::view::Role;

use crate::check;

#[test]
fn bodies_of_the_routes() {
    check(NewLink { role: Role::Viewer, name: None, expires_in_s: None }, expect![[r#"{"role":"viewer"}"#]]);
    check(
        NewLink { role: Role::Editor, name: Some("For Ada".into()), expires_in_s: Some(3600) },
        expect![[r#"{"role":"editor","name":"For Ada","expiresInS":3600}"#]],
    );
    assert!(serde_json::from_str::<NewLink>(r#"{"role":"viewer","expires":1}"#).is_err(), "a typo is told");
    assert!(serde_json::from_str::<NewLink>(r#"{"role":"viewer","expiresInS":-1}"#).is_err());
    let link = LinkView {
        id: "l1".into(),
        role: Role::Viewer,
        name: Some("For Ada".into()),
        age_s: 60,
        expires_in_s: Some(3540),
        state: LinkState::Active,
        here: 2,
    };
    check(
        CreatedLink { link: link.clone(), token: "secret".into() },
        expect![[
            r#"{"link":{"id":"l1","role":"viewer","name":"For Ada","ageS":60,"expiresInS":3540,"state":"active","here":2},"token":"secret"}"#
        ]],
    );
    let ended = LinkView { name: None, expires_in_s: None, here: 0, ..link };
    check(
        Links {
            links: vec![
                LinkView { state: LinkState::Expired, ..ended.clone() },
                LinkView { state: LinkState::Revoked, ..ended },
            ],
        },
        expect![[
            r#"{"links":[{"id":"l1","role":"viewer","ageS":60,"state":"expired","here":0},{"id":"l1","role":"viewer","ageS":60,"state":"revoked","here":0}]}"#
        ]],
    );
}

#[test]
fn roles_are_written_as_the_wire_has_them() {
    for role in Role::ALL {
        assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{}\"", role.name()));
        assert_eq!(Role::from_name(role.name()), Some(role));
    }
    assert!(Role::ALL.is_sorted());
    assert_eq!(Role::from_name("god"), None);
}
