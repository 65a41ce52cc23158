//! The last three layers: all their questions in one flight, then each judges its answers.

use std::sync::Arc;

use super::log::Log;
use super::{Code, Entered};
use crate::aside;
use crate::layer::Layer;
use crate::migrations::exact;
use crate::pool::demand::Codes;
use crate::probe::migrations::{Case, Trees};
use crate::probe::{migrations, pool, privileges};
use crate::server::session::Answer;
use crate::verdict::{Breakage, Notes, Probed};

/// The layers that ask the server, in the chain's order.
const LAYERS: [Layer; 3] = [Layer::Privileges, Layer::Migrations, Layer::Pool];

/// The answers for each of [`LAYERS`].
type Answers = [Vec<Answer>; LAYERS.len()];

/// Writes their rows.
pub async fn run(log: &mut Log<'_>, entered: &Entered, code: Code) {
    if log.wants(Layer::Privileges).is_none() {
        return;
    }
    let survey = match Survey::of(entered, code).await {
        Ok(survey) => survey,
        Err(breakage) => {
            log.step::<()>(Layer::Privileges, Probed::Broke(breakage));
            return;
        }
    };
    log.begins(Layer::Privileges, "the server to answer all questions");
    let answers = survey.ask(LAYERS.map(|layer| survey.questions(layer))).await;
    let all: Vec<&Answer> = answers.iter().flatten().collect();
    let mut held_up = pool::held_up(&entered.request, &entered.target, &all, &entered.way).await;
    let more = survey.ask(survey.more_questions(&answers)).await;
    for ((layer, answers), more) in LAYERS.into_iter().zip(answers).zip(more) {
        if log.wants(layer).is_none() {
            break;
        }
        let probed = if !survey.looks_at(layer) {
            Probed::NotApplicable((), "left out by --skip".into())
        } else if let Some(finding) = held_up.take() {
            Probed::broken_by(finding, Notes::default())
        } else {
            survey.judge(layer, answers, more).await
        };
        if log.step(layer, probed).is_none() {
            break;
        }
    }
}

/// What the three layers go by.
struct Survey<'a> {
    entered: &'a Entered,
    trees: Arc<Trees>,
    codes: Codes,
}

impl<'a> Survey<'a> {
    /// With what the application's code says, once it is read.
    async fn of(entered: &'a Entered, code: Code) -> Result<Self, Breakage> {
        const WHAT: &str = "the application's code";
        let limit = entered.request.timeout * 12;
        Ok(Self {
            entered,
            trees: aside::in_time(code.trees, limit, WHAT).await?,
            codes: aside::in_time(code.pools, limit, WHAT).await?,
        })
    }

    fn looks_at(&self, layer: Layer) -> bool {
        let request = &self.entered.request;
        layer <= request.until && !request.skips_layer(layer)
    }

    fn case(&self) -> Case<'_> {
        Case {
            running: self.entered.running.as_ref(),
            ..Case::of(&self.trees, &self.entered.request)
        }
    }

    fn questions(&self, layer: Layer) -> Vec<String> {
        match layer {
            _ if !self.looks_at(layer) => Vec::new(),
            Layer::Privileges => privileges::questions(&self.entered.request),
            Layer::Migrations => migrations::questions(self.case()),
            _ => pool::questions(),
        }
    }

    /// What the answers leave to ask, most often nothing.
    fn more_questions(&self, [of_privileges, of_migrations, of_pool]: &Answers) -> [Vec<String>; LAYERS.len()] {
        [
            privileges::more_questions(&self.entered.request, of_privileges),
            migrations::more_questions(self.case(), of_migrations),
            pool::more_questions(of_pool),
        ]
    }

    /// Asks all layers' questions in one flight.
    async fn ask(&self, questions: [Vec<String>; LAYERS.len()]) -> Answers {
        let answers = self.entered.session.ask(&questions.concat(), self.entered.request.timeout).await;
        let mut answers = answers.into_iter();
        questions.map(|questions| answers.by_ref().take(questions.len()).collect())
    }

    async fn judge(&self, layer: Layer, answers: Vec<Answer>, more: Vec<Answer>) -> Probed<()> {
        let Entered {
            request,
            target,
            session,
            way,
            ..
        } = self.entered;
        match layer {
            Layer::Privileges => privileges::judge(request, target, &session.server, &answers, &more),
            Layer::Migrations => {
                let exact = self.ask_the_tools().await;
                let case = Case {
                    exact: exact.as_ref(),
                    ..self.case()
                };
                migrations::judge(case, target, answers, more)
            }
            _ => pool::probe(request, target, session, (&answers, &more), self.codes.clone(), way).await,
        }
    }

    /// What the migration tools say themselves, where the user wants that.
    async fn ask_the_tools(&self) -> Option<exact::Answers> {
        let Entered { request, runtime, .. } = self.entered;
        if !request.exact {
            return None;
        }
        let (trees, runtime, application) = (Arc::clone(&self.trees), runtime.clone(), request.application.clone());
        aside::spawn(move || exact::ask(&trees, &runtime, application.as_ref())).await.ok()
    }
}
