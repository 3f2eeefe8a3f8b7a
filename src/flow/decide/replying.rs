//! Deciding about a reply: whether it may go to the signers, who signs next, whether it may leave the unit.

use super::{Decision, Matter, missing, settle};
use crate::domain::contact::{Attempt, FaceToFace, Outcome};
use crate::domain::event::Event;
use crate::domain::material::Attachment;
use crate::domain::reply::Reply;
use crate::flow::assess;
use crate::rules::contact::Standing;
use crate::rules::elements;
use crate::rules::finding::{Finding, finding};
use crate::rules::reply::Draft;
use crate::rules::returning::roles;

impl Matter<'_> {
    pub(super) fn submit_for_signing(&self, reply: Option<&Reply>) -> Decision {
        let Some(reply) = reply else {
            return Err(vec![missing("reply")]);
        };
        settle(self.against(reply), || {
            vec![Event::ReplySentForSigning { reply: reply.clone() }]
        })
    }

    pub(super) fn sign(&self, note: &str) -> Decision {
        let signed = assess::signed(self.ticket);
        let next = self.case.chain.next(signed);
        if next != Some(self.actor.role) {
            let finding = if self.case.chain.contains(self.actor.role) {
                finding!(refuse "signing.order")
            } else {
                finding!(refuse "signing.not_in_chain")
            };
            let cite = next.and_then(|role| {
                self.book
                    .signing
                    .why(role, &self.ticket.intake.channel, self.ticket.redo_count())
            });
            let finding = finding.with("roles", roles(&next.into_iter().collect::<Vec<_>>()));
            return Err(vec![match cite {
                Some(cite) => finding.cited(cite),
                None => finding,
            }]);
        }
        let last = self
            .case
            .chain
            .next(signed.with(crate::rules::signing::Chain::of(&[self.actor.role])))
            .is_none();
        Ok(vec![Event::ReplySigned {
            note: note.to_owned(),
            last,
        }])
    }

    pub(super) fn refuse_to_sign(&self, reason: &str) -> Decision {
        if !self.case.chain.contains(self.actor.role) {
            return Err(vec![
                finding!(refuse "signing.not_in_chain")
                    .with("roles", roles(&self.case.chain.roles().collect::<Vec<_>>())),
            ]);
        }
        self.with_reason(
            reason,
            "reason",
            Event::SigningRefused {
                reason: reason.to_owned(),
            },
        )
    }

    /// The version that was signed, or a new one where nobody has to sign. What was signed cannot be changed any more.
    pub(super) fn submit(&self, reply: Option<&Reply>) -> Decision {
        let signed = self
            .ticket
            .reply()
            .map(|version| &version.reply)
            .filter(|_| !self.case.chain.is_empty());
        let reply = match (signed, reply) {
            (Some(signed), Some(given)) if given != signed => {
                return Err(vec![finding!(refuse "signing.changed").about("reply")]);
            }
            (Some(signed), _) => signed,
            (None, Some(given)) => given,
            (None, None) => return Err(vec![missing("reply")]),
        };
        settle(self.against(reply), || {
            vec![Event::ReplySubmitted { reply: reply.clone() }]
        })
    }

    /// Everything that stands against sending this reply, at once.
    fn against(&self, reply: &Reply) -> Vec<Finding> {
        let ticket = self.ticket;
        let redos = ticket.redo_count();
        let attempts = ticket.attempts_now();
        let standing = match self.book.contact.standing(attempts, self.calendar) {
            // Where no rule says when a caller counts as unreachable, the write-up says it.
            Standing::Trying { need: 0, .. } if ticket.unreachable_reported.is_some() => Standing::Unreachable,
            standing => standing,
        };
        // What was kept with a call need not be attached a second time.
        let attachments: Vec<Attachment> = reply
            .attachments
            .iter()
            .chain(attempts.iter().flat_map(|attempt| &attempt.evidence))
            .cloned()
            .collect();
        let reading = elements::read(&reply.text);
        let draft = Draft {
            text: &reply.text,
            reading: &reading,
            fields: &reply.fields,
            attachments: &attachments,
            kind: Some(ticket.intake.kind),
            channel: Some(&ticket.intake.channel),
            emergency: self.emergency(),
            finished: reply.finished,
            points: &ticket.intake.points,
            answered: &reply.answered,
            standing: &standing,
            caller_phone: Some(&ticket.intake.caller.phone),
        };
        let mut findings = self.book.reply.judge(&draft).findings;
        findings.retain(Finding::refuses);
        findings.extend(self.book.reply.judge_attachments(&draft));
        findings.extend(self.contact_before_reply(&standing));
        findings.extend(self.face_to_face());
        if redos > 0 {
            let last = attempts
                .iter()
                .rev()
                .find(|attempt| attempt.outcome == Outcome::Reached);
            let answered_by = reply.answered_by.or(last.and_then(|attempt| attempt.by_role));
            findings.extend(self.book.redo.judge_answerer(redos, answered_by));
        }
        let waiting: Vec<&str> = ticket
            .co_handling
            .iter()
            .filter(|other| other.open())
            .map(|other| other.unit.as_str())
            .collect();
        findings.extend(self.book.accepting.judge_joint_reply(&waiting));
        findings
    }

    fn contact_before_reply(&self, standing: &Standing) -> Vec<Finding> {
        let attempts = self.ticket.attempts_now();
        let evidence = self.book.contact.judge_evidence(attempts);
        // A call that was made and not proved wants its proof, not more calls.
        if !evidence.is_empty() {
            return evidence;
        }
        let redo = !self.ticket.redos.is_empty();
        self.book
            .contact
            .judge_before_reply(standing, redo, self.ticket.unreachable_reported.is_some())
    }

    /// Whether meeting face to face was proposed, or the reason why it could not be was given.
    fn face_to_face(&self) -> Option<Finding> {
        let rule = self.book.contact.face_to_face.as_ref()?;
        let reached = self
            .ticket
            .attempts_now()
            .iter()
            .any(|attempt| attempt.outcome == Outcome::Reached);
        let receipt = self.ticket.first_receipt();
        let own = |attempt: &&Attempt| receipt.is_some_and(|receipt| attempt.at >= receipt);
        let proposed = self
            .ticket
            .attempts
            .iter()
            .filter(own)
            .any(|attempt| match attempt.face_to_face {
                Some(FaceToFace::Met | FaceToFace::Proposed) => true,
                Some(FaceToFace::Impossible) => !attempt.told.trim().is_empty(),
                None => false,
            });
        (reached && !proposed).then(|| {
            finding!(refuse "contact.face_to_face")
                .cited(&rule.cite)
                .about("contact")
        })
    }

    /// An emergency by its class.
    fn emergency(&self) -> bool {
        let rule = self.book.reply.emergency_hour.as_ref();
        let classes = rule.map_or(&[][..], |rule| rule.classes.as_slice());
        self.ticket.intake.classes.iter().any(|class| classes.contains(class))
    }
}
