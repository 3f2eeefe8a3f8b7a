//! `rexian check` as programs and people use it.

use serde_json::Value;

use crate::cli::{Folder, run, run_with};

/// Has all seven elements that songshan asks for.
const WHOLE: &str = "2026年11月19日上午9时，嵩山街道城管科科长王某到海埠路工地现场查看，依据《城市市容和环境卫生管理条例》第十二条\
                     责令施工单位整改。经查，反映的情况属实，渣土已清运完毕。已电话联系来电人告知处理结果，来电人表示满意。";

#[test]
fn the_exit_code_is_the_verdict() {
    let folder = Folder::new("verdict");
    for (text, args, code) in [
        (WHOLE, &["--rulebook", "songshan"][..], 0),
        ("已转有关部门处理。", &["--rulebook", "songshan"], 1),
        ("已转有关部门处理。", &[], 0),
        ("", &["--rulebook", "songshan"], 1),
    ] {
        let ran = run_with(&folder, &[&["check"], args].concat(), text.as_bytes());
        assert_eq!(ran.code, code, "{text} {args:?}: {}{}", ran.out, ran.err);
        let mark = if code == 0 { "✓" } else { "✗" };
        assert!(
            ran.out.lines().last().is_some_and(|line| line.starts_with(mark)),
            "{}",
            ran.out
        );
    }
}

#[test]
fn a_verdict_in_json_has_every_element_and_finding_in_the_agreed_form() {
    let folder = Folder::new("form");
    let text = "11月19日，我局到现场查看。";
    let answer = run_with(
        &folder,
        &["check", "-", "--rulebook", "songshan", "--json"],
        text.as_bytes(),
    );
    assert_eq!(answer.code, 1);
    let answer = answer.json();
    assert_eq!(answer["ok"], false);
    let keys = |value: &Value| {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(&answer), ["elements", "findings", "ok"]);
    let elements = answer["elements"].as_array().expect("elements");
    let ids: Vec<&str> = elements.iter().filter_map(|element| element["id"].as_str()).collect();
    assert_eq!(
        ids,
        [
            "time",
            "unit",
            "handler",
            "basis",
            "process",
            "result",
            "satisfaction",
            "phone",
            "plan",
            "contact",
            "remedy"
        ]
    );
    let time = &elements[0];
    assert_eq!(keys(time), ["cite", "evidence", "found", "id", "label", "required"]);
    assert_eq!(
        (&time["label"], &time["found"], &time["required"]),
        (&"办理时间".into(), &true.into(), &true.into())
    );
    assert_eq!(time["cite"], "威环嵩办发〔2023〕10号 三.3(1)");
    // In characters, and the quoted words are those at the place that is told.
    let evidence = &time["evidence"][0];
    let place = |key: &str| usize::try_from(evidence[key].as_u64().expect(key)).expect("small");
    let words: String = text
        .chars()
        .skip(place("start"))
        .take(place("end") - place("start"))
        .collect();
    assert_eq!(evidence["text"], words.as_str());
    assert_eq!(words, "11月19日");
    let phone = &elements[7];
    assert_eq!(
        (&phone["required"], &phone["cite"], &phone["found"]),
        (&false.into(), &Value::Null, &false.into())
    );

    let findings = answer["findings"].as_array().expect("findings");
    let handler = findings
        .iter()
        .find(|finding| finding["field"] == "handler")
        .expect("a finding");
    assert_eq!(
        keys(handler),
        ["cite", "end", "field", "fix", "message", "rule", "severity", "start"]
    );
    assert_eq!(
        (&handler["rule"], &handler["severity"]),
        (&"reply.element".into(), &"refuse".into())
    );
    assert_eq!(handler["message"], "没有写经办人");
    assert!(
        handler["fix"].as_str().is_some_and(|fix| fix.contains("经办人：")),
        "{handler}"
    );
    assert_eq!((&handler["start"], &handler["end"]), (&Value::Null, &Value::Null));
}

#[test]
fn without_a_rulebook_nothing_is_required_and_what_must_not_stand_there_is_still_refused() {
    let folder = Folder::new("no-book");
    let answer = run_with(&folder, &["check", "--json"], WHOLE.as_bytes());
    assert_eq!(answer.code, 0);
    let answer = answer.json();
    let elements = answer["elements"].as_array().expect("elements");
    assert_eq!(elements.len(), 11);
    assert!(
        elements
            .iter()
            .all(|element| element["required"] == false && element["cite"].is_null())
    );
    // A valid check digit, nobody's number.
    let leaked = format!("{WHOLE}身份证号11010519491231002X。");
    let ran = run_with(&folder, &["check", "--json"], leaked.as_bytes());
    assert_eq!(ran.code, 1, "{}", ran.out);
    let finding = &ran.json()["findings"][0];
    assert_eq!(finding["rule"], "reply.leaked_id");
    assert!(finding["start"].is_u64() && finding["end"].is_u64(), "{finding}");
}

#[test]
fn in_an_emergency_the_hour_is_asked_for() {
    let folder = Folder::new("emergency");
    let text = WHOLE.replace("上午9时", "");
    for (args, code) in [(&[][..], 0), (&["--emergency"], 1)] {
        let ran = run_with(
            &folder,
            &[&["check", "--rulebook", "songshan"], args].concat(),
            text.as_bytes(),
        );
        assert_eq!(ran.code, code, "{args:?}: {}", ran.out);
    }
}

#[test]
fn texts_are_read_however_windows_wrote_them() {
    let folder = Folder::new("encodings");
    let (gbk, _, _) = encoding_rs::GBK.encode(WHOLE);
    let utf16: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(WHOLE.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let bom = [b"\xEF\xBB\xBF", WHOLE.as_bytes()].concat();
    let plain = run_with(
        &folder,
        &["check", "--json", "--rulebook", "songshan"],
        WHOLE.as_bytes(),
    );
    for (name, bytes, says) in [
        ("gbk.txt", gbk.as_ref(), "已按 GBK 读入"),
        ("utf16.txt", &utf16, "UTF-16"),
        ("bom.txt", &bom, ""),
    ] {
        folder.file(name, bytes);
        let ran = run(&folder, &["check", name, "--json", "--rulebook", "songshan"]);
        assert_eq!((ran.code, &ran.out), (0, &plain.out), "{name}: {}", ran.err);
        assert!(
            ran.err.contains(says) && ran.err.is_empty() == says.is_empty(),
            "{name}: {}",
            ran.err
        );
    }
}

#[test]
fn many_texts_go_in_and_come_out_line_by_line_and_a_bad_line_stops_nothing() {
    let folder = Folder::new("lines");
    let line = |id: Value, text: &str| format!("{}\n", serde_json::json!({"id": id, "text": text}));
    let good = line("甲".into(), WHOLE);
    let bad = line(7.into(), "已转有关部门处理。");
    let cases: [(String, i32, Vec<Value>, &str); 4] = [
        (good.clone(), 0, vec!["甲".into()], ""),
        (format!("\u{feff}{good}\n{bad}"), 1, vec!["甲".into(), 7.into()], ""),
        (
            format!("{good}{{\"id\":1}}\n{good}不是 JSON"),
            2,
            vec!["甲".into(), "甲".into()],
            "2 4",
        ),
        (String::new(), 0, vec![], ""),
    ];
    for (input, code, ids, told) in cases {
        let ran = run_with(
            &folder,
            &["check", "--jsonl", "-", "--rulebook", "songshan"],
            input.as_bytes(),
        );
        assert_eq!(ran.code, code, "{input}: {}", ran.err);
        let answers: Vec<Value> = ran
            .out
            .lines()
            .map(|line| serde_json::from_str(line).expect(line))
            .collect();
        let answered: Vec<Value> = answers.iter().map(|answer| answer["id"].clone()).collect();
        assert_eq!(answered, ids, "{input}");
        assert!(
            answers
                .iter()
                .all(|answer| answer["elements"].as_array().is_some_and(|all| all.len() == 11))
        );
        let numbers: Vec<&str> = ran.err.lines().filter_map(|line| line.split(':').nth(1)).collect();
        assert_eq!(numbers.join(" "), told, "{}", ran.err);
    }
}

#[test]
fn the_gauge_quotes_what_it_found_and_numbers_what_to_mend() {
    let folder = Folder::new("gauge");
    let ran = run_with(
        &folder,
        &["check", "--rulebook", "songshan"],
        "11月19日，我局到现场查看。".as_bytes(),
    );
    for words in [
        "✓ 办理时间",
        "三.3(1)",
        "“11月19日”",
        "✗ 经办人",
        "1. 〔三.3",
        "→ 补上一句，如：",
        "✗ 还不能报送",
    ] {
        assert!(ran.out.contains(words), "no {words}: {}", ran.out);
    }
    let english = run_with(
        &folder,
        &["check", "--rulebook", "songshan", "--lang", "en"],
        "你好".as_bytes(),
    );
    assert!(english.out.contains("Missing: handling officer"), "{}", english.out);
}

#[test]
fn where_one_of_several_will_do_the_others_are_not_marked_as_missing() {
    let folder = Folder::new("one-of-several");
    // wuhai takes a time or a plan for 处理时限.
    let ran = run_with(&folder, &["check", "--rulebook", "wuhai"], WHOLE.as_bytes());
    assert!(
        ran.out.contains("✓ 办理时间") && ran.out.contains("· 后续计划"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("✗ 后续计划"), "{}", ran.out);
    let ran = run_with(&folder, &["check", "--rulebook", "wuhai"], "你好".as_bytes());
    assert!(
        ran.out.contains("✗ 办理时间") && ran.out.contains("✗ 后续计划"),
        "{}",
        ran.out
    );
}

#[test]
fn a_bad_line_says_what_exactly_is_wrong_with_it() {
    let folder = Folder::new("bad-lines");
    let lines = |input: &str| run_with(&folder, &["check", "--jsonl", "-"], input.as_bytes());
    for (line, says) in [
        ("{\"id\": 1, \"text\": \"甲\"", "不是 JSON"),
        ("[1]", "不是对象"),
        ("\"甲\"", "不是对象"),
        ("{\"text\": \"甲\"}", "没有 \"id\""),
        ("{\"id\": 1}", "没有 \"text\""),
        ("{\"id\": 1, \"text\": 2}", "\"text\" 不是文字"),
    ] {
        let ran = lines(line);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}");
        assert_eq!(ran.err.lines().count(), 1, "{line}: {}", ran.err);
        assert!(
            ran.err.contains(":1: ") && ran.err.contains(says),
            "{line}: {}",
            ran.err
        );
    }
    for nothing in ["", "\n\n"] {
        let ran = lines(nothing);
        assert_eq!((ran.code, ran.out.as_str()), (0, ""));
        assert_eq!(ran.err, "标准输入 里没有一行可查\n");
    }
}

#[test]
fn what_only_a_rulebook_could_use_is_told_without_one() {
    let folder = Folder::new("unused");
    let args = ["check", "--emergency", "--kind", "投诉", "--channel", "电报"];
    let ran = run_with(&folder, &args, "你好".as_bytes());
    assert_eq!(ran.code, 0);
    assert_eq!(
        ran.err,
        "没有指定办法，--emergency、--kind、--channel 没有用上；加 --rulebook\n"
    );
}
