//! What a lesson is made of: a small project, a prompt, a path that goes wrong, and branches that put it right.
//!
//! Data only. Playing a lesson is `script`'s, and the lessons themselves are in `lessons`.

/// A lesson: a small project and a task in which the practice model goes wrong in a typical way.
#[derive(Debug)]
pub struct Lesson {
    /// Its id, as in a link.
    pub id: &'static str,
    /// Its name.
    pub title: &'static str,
    /// The project's language, as Monaco names it.
    pub language: &'static str,
    /// What is learned, in a sentence or two.
    pub goal: &'static str,
    /// The prompt to send.
    pub prompt: &'static str,
    /// What to look out for, for somebody who did not see it.
    pub hint: &'static str,
    /// The path of the file to open first.
    pub opens: &'static str,
    /// The project.
    pub files: &'static [LessonFile],
    /// The first appearance of this text in the model's output is the mistake.
    pub mistake: &'static str,
    /// What the model does if nobody objects.
    pub(super) flawed: &'static [Beat],
    /// The honest end of the flawed path; `{path}` and `{line}` say where the mistake stands.
    pub(super) confession: &'static str,
    /// What the model does when the learner objects, the more specific first.
    pub(super) branches: &'static [Branch],
    /// What sort of steer the branches understand, for a reply that matches none.
    pub(super) understands: &'static str,
}

/// One file of a lesson's project.
#[derive(Debug)]
pub struct LessonFile {
    /// Its path.
    pub path: &'static str,
    /// Its text at the start, LF.
    pub text: &'static str,
}

/// One thing that the model does.
#[derive(Debug)]
pub(super) enum Beat {
    /// A line or two of commentary.
    Say(&'static str),
    /// A file is brought to a target text.
    Change(Change),
}

/// A change of one file. Not a literal edit: which lines differ is found when it is played.
#[derive(Debug)]
pub(super) struct Change {
    /// The file.
    pub path: &'static str,
    /// Its whole text afterwards, but for what the learner typed.
    pub to: &'static str,
    /// Why, by a text that the hunk's new lines contain; the first that fits is taken, and an empty text fits all.
    pub whys: &'static [(&'static str, &'static str)],
}

/// What the model does when a reply holds one of the keywords.
#[derive(Debug)]
pub(super) struct Branch {
    /// Lower-case words; of four letters or more they also match as the beginning of a longer word.
    pub keywords: &'static [&'static str],
    /// What the model answers first.
    pub answer: &'static str,
    /// What it does then; ends in the lesson's good state.
    pub beats: &'static [Beat],
}
