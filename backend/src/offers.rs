//! What this server offers: models and lessons, as the wire shows them.

use std::collections::HashMap;
use std::sync::Arc;

use models::{Catalog, Terms, Upstream, practice};
use protocol::view::{LessonView, ModelView};
use protocol::{LessonId, ModelId};

use crate::session::Models;
use crate::session::state::{LessonFile, SessionLesson};

/// Models and lessons on offer.
pub struct Offers {
    catalog: Catalog,
    /// Whether models that cost take the access code.
    locks: bool,
}

impl Offers {
    /// What a catalog holds.
    pub fn new(catalog: Catalog, locks: bool) -> Offers {
        Offers { catalog, locks }
    }

    /// The models, the default first, as a session that is unlocked or is not may use them.
    pub fn views(&self, is_unlocked: bool) -> Vec<ModelView> {
        self.catalog
            .list()
            .iter()
            .map(|offer| ModelView {
                id: ModelId(offer.id.clone()),
                label: offer.label.clone(),
                provider: offer.provider.clone(),
                scripted: offer.scripted,
                locked: self.locks && !is_unlocked && !offer.scripted,
            })
            .collect()
    }

    /// What requests to each model have to keep to, by the model's id.
    pub fn terms(&self) -> HashMap<String, Terms> {
        let offers = self.catalog.list().into_iter();
        offers.filter_map(|offer| Some((offer.id.clone(), self.catalog.terms(&offer.id)?))).collect()
    }

    /// The lessons.
    pub fn lessons(&self) -> Vec<LessonView> {
        practice::lessons().iter().map(lesson_view).collect()
    }

    /// One lesson with its files.
    pub fn lesson(&self, id: &LessonId) -> Option<SessionLesson> {
        let lesson = practice::lesson(id.as_str())?;
        let files = lesson
            .files
            .iter()
            .map(|file| LessonFile { path: file.path.to_owned(), text: file.text.to_owned() })
            .collect();
        Some(SessionLesson { view: lesson_view(lesson), files })
    }
}

impl Models for Offers {
    fn open(&self, model: &ModelId) -> Option<Arc<dyn Upstream>> {
        Some(self.catalog.get(model.as_str())?.open())
    }
}

fn lesson_view(lesson: &practice::Lesson) -> LessonView {
    LessonView {
        id: LessonId(lesson.id.to_owned()),
        title: lesson.title.to_owned(),
        language: lesson.language.to_owned(),
        goal: lesson.goal.to_owned(),
        prompt: lesson.prompt.to_owned(),
        hint: lesson.hint.to_owned(),
        opens: lesson.opens.to_owned(),
    }
}
