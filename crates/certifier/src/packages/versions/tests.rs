use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::*;

/// Checks that the versions on a line stand in their order, `=` between those that are the same.
#[track_caller]
fn check(order: Order, line: &str) {
    let groups: Vec<Vec<&str>> =
        line.split(" < ").map(|group| group.split(" = ").map(str::trim).collect()).collect();
    for (place, group) in groups.iter().enumerate() {
        for (place2, group2) in groups.iter().enumerate() {
            for (one, other) in group.iter().flat_map(|one| group2.iter().map(move |other| (one, other))) {
                assert_eq!(order.compare(one, other), place.cmp(&place2), "{one} and {other}");
            }
        }
    }
}

#[test]
fn each_packager_has_its_order() {
    check(
        Order::Dpkg,
        "1.0~rc1-1 < 1.0-1 = 1.0-01 = 0:1.0-1 < 1.0-1a < 1.0-1+deb12u1 < 1.0-1.1 < 1.0+b-1 < 1.0.1-1 < 1.10-1 < 1:0.1-1",
    );
    check(
        Order::Rpm,
        "1.0~rc1-1 < 1.0-1.el8 < 1.0-1.el8_4.1 < 1.0-2.el8 < 1.0^git1-1 < 1.0.1-1 < 1.10-1 < 1:0.1-1",
    );
    check(Order::Rpm, "1.0-a < 1.0-1 < 1.0-1a < 1.0-1.1");
    check(
        Order::Apk,
        "1.0_alpha < 1.0_alpha2 < 1.0_rc1 < 1.0 = 1.0-r0 < 1.0-r1 < 1.0_git2 < 1.0_p1 < 1.0a < 1.0.1 < 1.05 < 1.1 < 1.10",
    );
    check(
        Order::Semantic,
        "1.0.0-0 < 1.0.0-alpha < 1.0.0-alpha.1 < 1.0.0-alpha.beta < 1.0.0-beta.2 < 1.0.0-beta.11 < 1.0.0-rc.1 < \
         1.0.0 = v1.0.0 = 1.0 = 1.0.0+build < 1.0.1 < 1.10.0 < 2.0.0",
    );
    check(Order::Semantic, "go1.20.14 < go1.21rc2 < go1.21.0 = 1.21 < go1.21.3");
    check(
        Order::Python,
        "nonsense < 1.0.dev1 < 1.0a1.dev1 < 1.0a1 = 1.0alpha1 = 1.0-a.1 < 1.0b2 < 1.0rc1 = 1.0c1 < 1.0 = 1.0.0 = v1.0 < 1.0+abc.5 \
         < 1.0+5 < 1.0.post1.dev2 < 1.0.post1 = 1.0-1 < 1.1 < 1!0.5",
    );
    check(
        Order::Gem,
        "1.0.a < 1.0.a10 < 1.0.b1 < 1.0-pre = 1.0.pre.pre < 1.0.pre < 1.0.0.rc1 < 1.0 = 1 = 1.0.0 < 1.0.1 < 1.10",
    );
    check(
        Order::Maven,
        "1-alpha-1 = 1-a1 < 1-beta < 1-milestone < 1-rc = 1-cr < 1-snapshot < 1 = 1.0 = 1.0.0 = 1-ga = 1-final = 1.0-release < 1-sp \
         < 1-abc < 1-1 < 1.1 < 1.10 < 2",
    );
}

/// Versions as packagers write them, and as they would not.
fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "([0-2]:)?[0-9]{1,2}(\\.[0-9]{1,2}|[a-c]|~rc[0-9]|\\+[a-z]){0,4}(-[0-9]{1,2}(\\.[a-z0-9]{1,3}|~x|\\+b[0-9]){0,2})?",
        2 => "[0-9][0-9a-zA-Z.+~]{0,12}",
    ]
}

fn pairs(count: usize) -> Vec<(String, String)> {
    let mut runner = TestRunner::deterministic();
    let drawn = || version().new_tree(&mut runner).expect("versions can always be drawn").current();
    let drawn: Vec<String> = std::iter::repeat_with(drawn).take(2 * count).collect();
    drawn.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

#[test]
fn debian_versions_compare_as_dpkg_compares_them() {
    for (one, other) in pairs(150) {
        let is_later = |operator| {
            let dpkg = Command::new("dpkg").args(["--compare-versions", &one, operator, &other]).output();
            dpkg.expect("dpkg is installed").status.success()
        };
        let ordering = Order::Dpkg.compare(&one, &other);
        let operator = match ordering {
            Ordering::Less => "lt",
            Ordering::Equal => "eq",
            Ordering::Greater => "gt",
        };
        assert!(is_later(operator), "{one} {operator} {other}");
    }
}

#[test]
fn rpm_versions_compare_as_rpm_compares_them() {
    let pairs: Vec<_> = pairs(3000)
        .into_iter()
        .map(|(one, other)| (one.replace(['-', ':'], "."), other.replace(['-', ':'], ".^")))
        .collect();
    let mut said: Vec<i8> = Vec::new();
    // One argument may not be longer than the system allows.
    for pairs in pairs.chunks(500) {
        let call =
            |(one, other): &(String, String)| format!("print(rpm.vercmp(\"{one}\",\"{other}\")..\" \");");
        let calls: String = pairs.iter().map(call).collect();
        let output = Command::new("rpm").args(["--eval", &format!("%{{lua:{calls}}}")]).output();
        let output = output.expect("rpm is installed");
        let words = String::from_utf8(output.stdout).expect("numbers are text");
        said.extend(words.split_whitespace().map(|word| word.parse::<i8>().expect("a number")));
    }
    assert_eq!(said.len(), pairs.len());
    for ((one, other), said) in pairs.iter().zip(said) {
        assert_eq!(Order::Rpm.compare(one, other) as i8, said, "{one} and {other}");
    }
}

const ORDERS: [Order; 7] =
    [Order::Dpkg, Order::Rpm, Order::Apk, Order::Semantic, Order::Python, Order::Gem, Order::Maven];

proptest! {
    #[test]
    fn an_order_never_contradicts_itself(one in "\\PC{0,12}", other in version(), zeros in 0_usize..40) {
        let long = format!("{}{other}", "9".repeat(zeros));
        for order in ORDERS {
            prop_assert_eq!(order.compare(&one, &one), Ordering::Equal);
            prop_assert_eq!(order.compare(&one, &other), order.compare(&other, &one).reverse(), "{:?}", order);
            prop_assert_eq!(order.compare(&long, &other), order.compare(&other, &long).reverse(), "{:?}", order);
        }
    }
}
