//! `#[derive(Label)]` where names, lints and macros are in its way.

use obskit::Label;

#[derive(Label)]
#[label(rename_all = "kebab-case")]
enum DayType {
    Push,
    #[deprecated]
    #[expect(dead_code, reason = "it stands for one that is out of use")]
    PullUps,
    #[label(rename = "legs & core")]
    Legs {
        _machine: u32,
    },
    r#Type {
        _name: String,
    },
}

#[derive(Label)]
enum Shard<const N: usize>
where
    [u8; N]: Sized,
{
    Only,
}

macro_rules! enumerate {
    ($name:ident: $($variant:ident)*) => {
        #[derive(Label)]
        enum $name { $($variant),* }
    };
}

enumerate!(Made: One TwoAndThree);

/// Names that the expansion must not find.
mod shadowed {
    #[derive(obskit::Label)]
    pub(super) enum Option {
        Some,
        None,
    }

    pub(super) const SOME: Option = Option::Some;
    pub(super) const NONE: Option = Option::None;
}

#[track_caller]
fn check<L: Label>(label: &L, position: usize, values: &[&str]) {
    assert_eq!(L::VALUES, values);
    assert_eq!(label.position(), Some(position));
}

#[test]
fn values_are_listed_and_found() {
    let values = ["push", "pull-ups", "legs & core", "type"];
    check(&DayType::Push, 0, &values);
    check(&DayType::Legs { _machine: 1 }, 2, &values);
    check(&DayType::r#Type { _name: "A".into() }, 3, &values);
    check(&Shard::<3>::Only, 0, &["only"]);
    check(&Made::One, 0, &["one", "two_and_three"]);
    check(&Made::TwoAndThree, 1, &["one", "two_and_three"]);
    check(&shadowed::SOME, 0, &["some", "none"]);
    check(&shadowed::NONE, 1, &["some", "none"]);
}

#[test]
fn an_enum_may_stand_in_a_body() {
    #[derive(Label)]
    enum Local {
        Here,
    }
    check(&Local::Here, 0, &["here"]);
}
