//! The parser by example.

use expect_test::{Expect, expect};

use crate::parser::{Outline, Parser, Segment};

fn check(stream: &str, expected: Expect) {
    let mut parser = Parser::new();
    let mut tokens = parser.push(stream);
    tokens.extend(parser.finish());
    expected.assert_eq(&tokens.iter().map(|token| format!("{token:?}\n")).collect::<String>());
}

#[test]
fn attributes_in_any_order_quotes_and_entities() {
    check(
        "<edit why='a &lt; b &amp; \"c\"' path=\"x.rs\">\n",
        expect![[r#"
            Open { offset: 0, path: Some("x.rs"), why: "a < b & \"c\"", format: Edit, kind: Edit }
            Fail(Unterminated)
        "#]],
    );
    check(
        "\t <edit path=\"a&quot;b\" why=\"use \"x\" here\" >\r\n",
        expect![[r#"
            Open { offset: 2, path: Some("a\"b"), why: "use \"x\" here", format: Edit, kind: Edit }
            Fail(Unterminated)
        "#]],
    );
}

#[test]
fn other_angle_brackets_are_text() {
    check(
        "<b>1 < 2</b>\n<editor>\n<edit is a tag\n</edit>\n  <edi",
        expect![[r#"
            Commentary("<b>1 < 2</b>\n<editor>\n<edit is a tag\n</edit>\n")
            Commentary("  <edi")
        "#]],
    );
}

#[test]
fn a_block_in_a_fence_and_crlf() {
    check(
        "```xml\r\n<edit path=\"x\">\r\n<old_text>\r\na\r\n</old_text>\r\n\r\n<new_text>\r\n  <b>\r\n</new_text>\r\n</edit>\r\n```\r\n",
        expect![[r#"
            Commentary("```xml\n")
            Open { offset: 8, path: Some("x"), why: "", format: Edit, kind: Edit }
            Wanted(Text("a\n"))
            New("  <b>\n")
            NewEnd
            Close
            Commentary("```\n")
        "#]],
    );
}

#[test]
fn a_wrong_closing_tag_counts_only_before_the_right_next_one() {
    check(
        "<edit path=x>\n<old_text>\na\n</old>\nb\n</new_text>\n<new_text>\nc\n</new>\nd\n</old_text>\n\n</edit>\n",
        expect![[r#"
            Open { offset: 0, path: Some("x"), why: "", format: Edit, kind: Edit }
            Wanted(Text("a\n</old>\nb\n"))
            New("c\n</new>\nd\n")
            NewEnd
            Close
        "#]],
    );
}

#[test]
fn offsets_count_utf16_units_of_what_was_pushed() {
    check(
        "é😀\r\n  <edit path=x>\n",
        expect![[r#"
            Commentary("é😀\n")
            Open { offset: 7, path: Some("x"), why: "", format: Edit, kind: Edit }
            Fail(Unterminated)
        "#]],
    );
}

#[test]
fn commentary_is_not_withheld() {
    let mut outline = Outline::new();
    assert_eq!(outline.push("Hel"), [Segment::Commentary("Hel".into())]);
    assert_eq!(outline.push("lo <edit"), [Segment::Commentary("lo <edit".into())]);
    assert_eq!(outline.push("\n  <ed"), [Segment::Commentary("\n".into())]);
    assert_eq!(outline.push("itor"), [Segment::Commentary("  <editor".into())]);
    assert_eq!(outline.push("\n<ed"), [Segment::Commentary("\n".into())]);
    assert_eq!(outline.finish(), [Segment::Commentary("<ed".into())]);
}

#[test]
fn an_endless_tag_is_text() {
    let mut outline = Outline::new();
    let tag = "<edit path=\"".to_owned() + &"x".repeat(5000);
    assert_eq!(outline.push(&tag), [Segment::Commentary(tag)]);
    let blanks = " ".repeat(65);
    assert_eq!(Outline::new().push(&blanks), [Segment::Commentary(blanks)]);
}
