//! In what spirit a clause is said: the caller's own story, under an if, ahead in time, a wish. What a clause proves in
//! such a mood is not decided here but in the file of each element.

use super::lexicon::Cue;
use super::text::{Clause, Hit, Text};

/// In what spirit a clause is said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mood {
    /// The caller's own account of the matter.
    pub(super) story: bool,
    /// Under 如、若, or what follows from it.
    pub(super) supposed: bool,
    /// After 下一步、今后.
    pub(super) ahead: bool,
    /// A wish, thanks, an apology.
    pub(super) wish: bool,
}

impl Text {
    /// Tells every clause its mood, in order: a mood may last from clause to clause.
    pub(super) fn feel(&mut self) {
        let mut moods: Vec<Mood> = Vec::with_capacity(self.clauses.len());
        for (index, clause) in self.clauses.iter().enumerate() {
            let before = match index.checked_sub(1) {
                Some(before) if self.clauses[before].sentence == clause.sentence => moods[before],
                // 今后将加强管理。并配合做好排查: the next sentence is as much ahead.
                Some(before) if moods[before].ahead && self.starts_with(clause.start, "并") => Mood {
                    ahead: true,
                    ..Mood::default()
                },
                _ => Mood::default(),
            };
            let mood = Mood {
                supposed: before.supposed || self.hits_of(clause, Cue::Supposed).next().is_some(),
                ahead: before.ahead || self.opens_ahead(clause) || self.carries_plan(index),
                wish: self.hits_of(clause, Cue::Wish).next().is_some(),
                story: if before.story {
                    !self.answers(clause)
                } else {
                    self.tells(clause)
                },
            };
            moods.push(mood);
        }
        for (clause, mood) in self.clauses.iter_mut().zip(moods) {
            clause.mood = mood;
        }
    }

    /// Whether 今后, 后续 turns the clause to what is to come: not 2016年1月1日以后, not 项目后续的维修.
    pub(super) fn leads(&self, clause: &Clause, hit: &Hit) -> bool {
        let dated = self.date_until(hit.start);
        !dated && hit.start <= clause.start + 12 && !self.ends_with(hit.start, "的") && !self.starts_with(hit.end, "的")
    }

    /// 待检测报告出具后.
    pub(super) fn waits(&self, clause: &Clause) -> bool {
        const WAITS: &[&str] = &[
            "等天气",
            "等雨",
            "等资金",
            "等疫情",
            "等结果",
            "等项目",
            "等配件",
            "等检测",
            "等鉴定",
            "等审批",
        ];
        self.starts_with(clause.start, "待") && !self.starts_with(clause.start, "待遇")
            || WAITS.iter().any(|word| self.starts_with(clause.start, word))
    }

    /// 将尽快核实, 并将结果回复您: the second clause is as much ahead as the first.
    fn carries_plan(&self, index: usize) -> bool {
        let clause = &self.clauses[index];
        let joined = ["并", "及时", "再", "同时", "且"]
            .iter()
            .any(|word| self.starts_with(clause.start, word));
        let before = index.checked_sub(1).map(|before| &self.clauses[before]);
        joined
            && before.is_some_and(|before| {
                before.sentence == clause.sentence
                    && self.hits_of(before, Cue::Planned).any(|hit| hit.end - hit.start >= 2)
            })
    }

    fn opens_ahead(&self, clause: &Clause) -> bool {
        self.hits_of(clause, Cue::PlannedLead)
            .any(|hit| self.leads(clause, hit))
            || self.waits(clause)
    }

    /// Whether the caller is heard telling the story here, and goes on into the next clause.
    fn tells(&self, clause: &Clause) -> bool {
        let Some(caller) = self.hits_of(clause, Cue::CallerSure).next() else {
            return false;
        };
        let asks = self
            .hits_of(clause, Cue::Tell)
            .find(|tell| tell.start >= caller.end && tell.start - caller.end <= 8);
        if let Some(asks) = asks
            && !self
                .chars
                .get(asks.end)
                .is_some_and(|c| matches!(c, '的' | '所' | '中' | '时' | '后'))
            && !self.has(clause.range(), &[Cue::Office, Cue::Supposed])
            && !self.has(asks.end..clause.end, &[Cue::Means, Cue::Checked])
            && !self.starts_with(asks.start, "希望")
            && !self.starts_with(asks.start, "认为")
            && !self.starts_with(asks.start, "所")
            && !self.is_object(caller)
            && !["后,", "后:", "后"].iter().any(|end| self.ends_with(clause.end, end))
            && !self.has(caller.end..asks.end, &[Cue::Modal, Cue::Remedy])
            && !self.chars[caller.end..asks.start].contains(&'的')
        {
            return true;
        }
        self.hits_of(clause, Cue::Narrates).any(|tell| {
            tell.start >= caller.end
                && tell.start - caller.end <= 16
                && !self.has(clause.range(), &[Cue::Supposed])
                && self.chars.get(tell.end) != Some(&'的')
                && !self.has(caller.end..tell.start, &[Cue::Office])
        })
    }

    /// Whether the office takes the word again after the caller's account.
    fn answers(&self, clause: &Clause) -> bool {
        // 关于诉求人反映某公司一事: what was told ends here.
        if ["事,", "事:", "案:", "案,", "题,", "题:"]
            .iter()
            .any(|end| self.ends_with(clause.start, end))
        {
            return true;
        }
        // 您反映商家扣留押金的情况, 建议您走法律途径: the office speaks to him.
        if ["建议您", "建议你", "请您", "请你", "您可", "你可"]
            .iter()
            .any(|word| self.starts_with(clause.start, word))
        {
            return true;
        }
        let head = clause.start..clause.end.min(clause.start + 16);
        if self.has(head.clone(), &[Cue::Office, Cue::Checked]) || self.date_over(head.clone()) {
            return true;
        }
        let somebody = self.has(
            head,
            &[Cue::Body, Cue::Place, Cue::Agent, Cue::Firm, Cue::Section, Cue::Post],
        );
        let acts = self.has(clause.range(), &[Cue::ActSure, Cue::Means, Cue::Fix]);
        somebody && acts && !self.has(clause.range(), &[Cue::Wish, Cue::Modal])
            || ["经", "现将", "现已", "现就", "接诉", "接到", "收到", "接报", "接件"]
                .iter()
                .any(|word| self.starts_with(clause.start, word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_caller_tells_is_his_story_until_the_office_answers() {
        let text = Text::read("来电人称楼下烧烤店油烟扰民，曾到场劝阻，经核实，情况属实。");
        let story: Vec<bool> = text.clauses.iter().map(|clause| clause.mood.story).collect();
        assert_eq!(story, [true, true, false, false]);
    }

    #[test]
    fn a_date_after_which_and_a_way_to_what_is_to_come() {
        for (words, ahead) in [
            ("下一步，我局加强巡查。", true),
            ("待检测报告出具后，依法处理。", true),
            ("将尽快核实，并将结果回复您。", true),
            ("2016年1月1日以后出生的，不再发证。", false),
            ("我局已加强巡查。", false),
        ] {
            let text = Text::read(words);
            assert_eq!(text.clauses.last().unwrap().mood.ahead, ahead, "{words}");
        }
    }

    #[test]
    fn what_follows_an_if_is_supposed() {
        let text = Text::read("如有异议，可申请复议。已办结。");
        let supposed: Vec<bool> = text.clauses.iter().map(|clause| clause.mood.supposed).collect();
        assert_eq!(supposed, [true, true, false]);
    }
}
