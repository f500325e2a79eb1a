//! What opens a session, until when. The clock is paused: an hour takes no time.

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn link(token: &str, role: Role, lasts: Option<Duration>) -> Link {
    let made = store::now();
    let expiry = lasts.map(|lasts| made + u64::try_from(lasts.as_millis()).unwrap());
    Link { hash: Hash::of(token), role, name: None, made, expiry, revoked: None }
}

fn role(door: &Door, token: &str) -> Result<Role, Denied> {
    door.authorize(token).map(|pass| pass.role)
}

#[tokio::test]
async fn each_token_opens_what_its_link_says_and_a_guess_nothing() {
    let door = Door::new(Hash::of("owner"), vec![link("v", Role::Viewer, None), link("e", Role::Editor, None)]);
    assert_eq!(role(&door, "owner"), Ok(Role::Owner));
    assert_eq!(role(&door, "v"), Ok(Role::Viewer));
    assert_eq!(role(&door, "e"), Ok(Role::Editor));
    let id = door.views()[0].id.clone();
    for guess in ["", "o", "owner ", "OWNER", id.as_str()] {
        assert_eq!(role(&door, guess), Err(Denied::Unknown), "{guess:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_ends_to_the_second_and_wakes_whoever_is_in_by_it() {
    let door = Door::new(Hash::of("owner"), vec![]);
    door.add(link("v", Role::Viewer, Some(HOUR)));
    let pass = door.authorize("v").unwrap();
    let (began, here) = (Instant::now(), pass.enter());
    assert_eq!(door.views()[0].here, 1);
    assert_eq!(pass.over().await, Denied::Expired);
    let took = began.elapsed();
    assert!(took.abs_diff(HOUR) < Duration::from_secs(1), "{took:?}");
    assert_eq!(role(&door, "v"), Err(Denied::Expired));
    let view = door.views().remove(0);
    assert_eq!((view.state, view.expires_in_s, view.here), (LinkState::Expired, None, 1));
    drop(here);
    assert_eq!(door.views()[0].here, 0);
}

#[tokio::test(start_paused = true)]
async fn a_revoke_holds_at_once_for_its_own_link_alone() {
    let door = Door::new(Hash::of("owner"), vec![link("v", Role::Viewer, Some(HOUR)), link("e", Role::Editor, None)]);
    let (viewer, editor, owner) =
        (door.authorize("v").unwrap(), door.authorize("e").unwrap(), door.authorize("owner").unwrap());
    let id = door.views()[0].id.clone();
    assert!(door.revoke(&id).unwrap().revoked.is_some());
    assert_eq!(viewer.over().await, Denied::Revoked);
    assert_eq!(role(&door, "v"), Err(Denied::Revoked));
    assert_eq!(door.views()[0].state, LinkState::Revoked);
    for (stays, token) in [(editor, "e"), (owner, "owner")] {
        let day = tokio::time::timeout(24 * HOUR, stays.over());
        assert!(day.await.is_err(), "{token} has no end");
        assert!(door.authorize(token).is_ok());
    }
    let again = door.revoke(&id).unwrap();
    assert_eq!(Some(again), door.revoke(&id), "a second time changes nothing");
    assert_eq!(door.revoke(&"nope".into()), None);
}

#[tokio::test]
async fn what_had_ended_before_a_load_stays_ended() {
    let past = Link { expiry: Some(1), ..link("old", Role::Owner, None) };
    let revoked = Link { revoked: Some(1), ..link("back", Role::Owner, None) };
    let door = Door::new(Hash::of("owner"), vec![past, revoked]);
    assert_eq!(role(&door, "old"), Err(Denied::Expired));
    assert_eq!(role(&door, "back"), Err(Denied::Revoked));
    let (len, ended) = door.fill();
    assert_eq!((len, ended), (2, Some(Hash::of("old"))));
    door.forget(&Hash::of("old"));
    assert_eq!(role(&door, "old"), Err(Denied::Unknown));
}
