//! The elements (要素) a regulation may ask of a reply. How they are found in a text is in `rules::elements`.

use super::named::named;

named! {
    /// What a reply may have to contain. Which of them a unit must give is the rulebook's to say.
    pub enum Element {
        /// 办理时间
        Time = "time",
        /// 经办单位
        Unit = "unit",
        /// 经办人
        Handler = "handler",
        /// 办理依据
        Basis = "basis",
        /// 办理过程
        Process = "process",
        /// 办理结果
        Result = "result",
        /// 来电人满意情况
        Satisfaction = "satisfaction",
        /// 联系电话
        Phone = "phone",
        /// 后续计划
        Plan = "plan",
        /// 联系情况
        Contact = "contact",
        /// 权利救济
        Remedy = "remedy",
    }
}

impl Element {
    pub const COUNT: usize = Self::ALL.len();
}

named! {
    /// The caller's own attitude to how the matter was handled.
    pub enum Attitude {
        Satisfied = "满意",
        /// 基本满意
        Fair = "基本满意",
        /// 理解、认可
        Understands = "理解",
        Dissatisfied = "不满意",
        /// 非常不满意
        VeryDissatisfied = "非常不满意",
        /// Asked, and would not say.
        Unsaid = "未表态",
    }
}

impl Attitude {
    /// Whether two statements of attitude can stand side by side in one reply.
    pub fn agrees_with(self, other: Self) -> bool {
        let against = |attitude| matches!(attitude, Self::Dissatisfied | Self::VeryDissatisfied);
        self == Self::Unsaid || other == Self::Unsaid || against(self) == against(other)
    }
}
