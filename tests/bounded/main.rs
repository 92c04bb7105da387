//! The work for a file is bounded by the file: of every input that is made of the
//! same thing many times, twice as many take twice the memory, and what is said of
//! them does not grow.
//!
//! Allocations are counted, not seconds: a machine may be busy.

#![expect(
    clippy::unwrap_used,
    reason = "a test outside of a test module: a failure is a panic here"
)]

use std::alloc::System;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use gatediff::engine::Plan;
use gatediff::job::{ImportOptions, Loaded, load_bytes};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One test at a time: the allocator counts for all of them.
static ALONE: Mutex<()> = Mutex::new(());

/// How many times as much twice as many may take: as growing lists double, a little
/// more than twice.
const GROWTH: f64 = 2.6;

/// How much may be said of any of these files, as JSON.
const MAX_SAID: usize = 200_000;

/// A kind of input: what it is, and the file with so many of it.
struct Input {
    name: &'static str,
    count: usize,
    file: fn(usize) -> String,
}

/// What reading and checking a file took and said.
struct Work {
    allocated: usize,
    /// The size of the findings as JSON.
    said: usize,
}

fn loaded(text: &str) -> Loaded {
    load_bytes("file", text.as_bytes(), None, &ImportOptions::default()).unwrap()
}

fn work(text: &str) -> Work {
    let region = Region::new(ALLOCATOR);
    let loaded = loaded(text);
    let mut findings = loaded.bundle.findings().to_vec();
    findings.extend(loaded.bundle.blocking_findings());
    let said = serde_json::to_vec(&findings).unwrap().len();
    let change = region.change();
    Work {
        allocated: change.bytes_allocated,
        said,
    }
}

/// Which target a file is compared with.
#[derive(Clone, Copy, Debug)]
enum Other {
    Empty,
    Same,
}

/// What comparing a file with a target took, and what a plan says of it.
fn planned(text: &str, other: Other) -> Work {
    let file = loaded(text);
    let target = match other {
        Other::Empty => loaded(match file.platform.name() {
            "digirunner" => r#"{"importClientRelated":{},"analyzeClientRelated":null}"#,
            "tyk" => r#"{"apis":[],"policies":[]}"#,
            _ => {
                r#"{"version":1,"timestamp":"2026-01-01T00:00:00Z","tenant":"t","options":{},"objects":[]}"#
            }
        }),
        Other::Same => loaded(text),
    };
    let region = Region::new(ALLOCATOR);
    let comparison = Arc::clone(&file.bundle).against(&*target.bundle).unwrap();
    let said = said(&comparison.plan());
    Work {
        allocated: region.change().bytes_allocated,
        said,
    }
}

fn size(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).unwrap().len()
}

/// Returns the size of what a plan says of its items, as JSON.
fn said(plan: &Plan) -> usize {
    let items = plan
        .entries()
        .iter()
        .map(|entry| size(&entry.verdict.reasons) + size(&entry.references));
    let warnings: usize = plan.all_warnings().map(size).sum();
    items.sum::<usize>() + warnings + size(&plan.missing())
}

#[test]
fn a_plan_of_twice_as_much_takes_and_says_twice_as_much() {
    let _alone = ALONE.lock();
    let mut complaints = String::new();
    for Input { name, count, file } in INPUTS {
        for other in [Other::Empty, Other::Same] {
            let [one, two] = [*count, 2 * count].map(|count| planned(&file(count), other));
            #[expect(clippy::cast_precision_loss, reason = "a ratio")]
            let growth = |two: usize, one: usize| two as f64 / one.max(1) as f64;
            let grown = [
                ("allocates", growth(two.allocated, one.allocated)),
                ("says", growth(two.said, one.said)),
            ];
            for (verb, growth) in grown.into_iter().filter(|(_, growth)| *growth > GROWTH) {
                writeln!(
                    complaints,
                    "{name}, {other:?}: {verb} {growth:.1} times as much"
                )
                .unwrap();
            }
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn twice_as_much_of_anything_takes_twice_as_much_and_says_no_more() {
    let _alone = ALONE.lock();
    let mut complaints = String::new();
    for Input { name, count, file } in INPUTS {
        let [one, two] = [*count, 2 * count].map(|count| work(&file(count)));
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let growth = two.allocated as f64 / one.allocated as f64;
        if growth > GROWTH {
            writeln!(complaints, "{name}: allocates {growth:.1} times as much").unwrap();
        }
        if two.said > MAX_SAID {
            writeln!(complaints, "{name}: says {} bytes", two.said).unwrap();
        }
    }
    assert!(complaints.is_empty(), "\n{complaints}");
}

const INPUTS: &[Input] = &[
    // SailPoint sp-config
    Input {
        name: "objects of one id",
        count: 500,
        file: |count| {
            sp_config(count, |_| {
                source("2c91808568c529c60168cca6f90c1313", "n", "")
            })
        },
    },
    Input {
        name: "objects of one name",
        count: 500,
        file: |count| sp_config(count, |index| source(&id(index), "客戶", "")),
    },
    Input {
        name: "null entries",
        count: 20_000,
        file: |count| sp_config(count, |_| "null".to_owned()),
    },
    Input {
        name: "references to what is not there",
        count: 500,
        file: |count| {
            sp_config(count, |index| {
                let owner = format!(
                    r#","owner":{{"type":"IDENTITY","id":"{}","name":"x"}}"#,
                    id(index + count)
                );
                source(&id(index), &format!("n{index}"), &owner)
            })
        },
    },
    Input {
        name: "references of one object",
        count: 1_000,
        file: |count| {
            let each = |index: usize| {
                format!(
                    r#"{{"type":"RULE","id":"{}","name":"r{index}"}}"#,
                    id(index)
                )
            };
            let list = list(count, each);
            sp_config(1, |_| {
                source(
                    &id(0),
                    "n",
                    &format!(r#","rules":{list},"connectorAttributes":{{"x":{list}}}"#),
                )
            })
        },
    },
    Input {
        name: "fields of one object",
        count: 2_000,
        file: |count| {
            let fields: String = (0..count).fold(String::new(), |mut all, index| {
                write!(all, r#","field{index}":{index}"#).unwrap();
                all
            });
            sp_config(1, |_| source(&id(0), "n", &fields))
        },
    },
    Input {
        name: "a long text",
        count: 200_000,
        file: |count| {
            let text = format!(r#","description":"{}""#, "a{[\\\"".repeat(count / 5));
            sp_config(1, |_| source(&id(0), "n", &text))
        },
    },
    // Tyk
    Input {
        name: "APIs of one listen path",
        count: 1_000,
        file: |count| tyk("apis", count, |index| api(index, "same", "")),
    },
    Input {
        name: "APIs of one listen path in segments of their own",
        count: 1_000,
        file: |count| {
            tyk("apis", count, |index| {
                api(index, "same", &format!(r#","tags":["t{index}"]"#))
            })
        },
    },
    Input {
        name: "inactive APIs of one listen path",
        count: 1_000,
        file: |count| {
            tyk("apis", count, |index| {
                api(index, "same", r#","active":false"#)
            })
        },
    },
    Input {
        name: "APIs of one id",
        count: 1_000,
        file: |count| tyk("apis", count, |index| api(0, &index.to_string(), "")),
    },
    Input {
        name: "policies of one id",
        count: 1_000,
        file: |count| tyk("policies", count, |_| policy(0, "{}")),
    },
    Input {
        name: "policies that grant APIs that are not there",
        count: 500,
        file: |count| {
            tyk("policies", count, |index| {
                policy(
                    index,
                    &format!(r#"{{"a{index}":{{"api_id":"a{index}","api_name":"n"}}}}"#),
                )
            })
        },
    },
    Input {
        name: "a policy that grants many APIs under other ids",
        count: 1_000,
        file: |count| {
            let rights: Vec<String> = (0..count)
                .map(|index| {
                    format!(r#""a{index}":{{"api_id":"b{index}","api_name":"n","versions":["v"]}}"#)
                })
                .collect();
            tyk("policies", 1, |_| {
                policy(0, &format!("{{{}}}", rights.join(",")))
            })
        },
    },
    // digiRunner
    Input {
        name: "empty rows",
        count: 20_000,
        file: |count| digirunner(&[("tsmpClientList", list(count, |_| "{}".to_owned()))]),
    },
    Input {
        name: "null rows",
        count: 20_000,
        file: |count| digirunner(&[("tsmpClientList", list(count, |_| "null".to_owned()))]),
    },
    Input {
        name: "empty rows of every list",
        count: 1_000,
        file: |count| {
            let rows = list(count, |_| "{}".to_owned());
            digirunner(&LISTS.map(|name| (name, rows.clone())))
        },
    },
    Input {
        name: "clients of one id, with hosts",
        count: 500,
        file: |count| {
            let clients = list(count, |index| {
                format!(r#"{{"clientId":"c","clientName":"n{index}","owner":"o"}}"#)
            });
            let hosts = list(count, |index| {
                format!(r#"{{"clientId":"c","hostName":"h{index}","hostIp":"ip{index}"}}"#)
            });
            digirunner(&[("tsmpClientList", clients), ("tsmpClientHostList", hosts)])
        },
    },
    Input {
        name: "clients of one name and alias",
        count: 500,
        file: |count| {
            let clients = list(count, |index| {
                format!(
                    r#"{{"clientId":"c{index}","clientName":"n","clientAlias":"客","owner":"o"}}"#
                )
            });
            digirunner(&[("tsmpClientList", clients)])
        },
    },
    Input {
        name: "one key of many clients",
        count: 500,
        file: |count| {
            let clients = list(count, |index| {
                format!(r#"{{"clientId":"c{index}","clientName":"n{index}","owner":"o"}}"#)
            });
            let keys = list(count, |index| {
                format!(
                    r#"{{"apiKeyId":{index},"clientId":"c{index}","apiKeyEn":"e","apiKeyAlias":"a"}}"#
                )
            });
            digirunner(&[("tsmpClientList", clients), ("dgrXApiKeyList", keys)])
        },
    },
    Input {
        name: "groups of one local id, with APIs",
        count: 300,
        file: |count| {
            let groups = list(count, |index| {
                format!(r#"{{"groupId":"1","groupName":"g{index}","vgroupFlag":"0"}}"#)
            });
            let links = list(count, |index| {
                format!(r#"{{"groupId":"1","apiKey":"k{index}","moduleName":"m"}}"#)
            });
            digirunner(&[("tsmpGroupList", groups), ("tsmpGroupApiList", links)])
        },
    },
    Input {
        name: "scopes of one local id, with APIs",
        count: 300,
        file: |count| {
            let scopes = list(count, |index| {
                format!(r#"{{"vgroupId":"1","vgroupName":"s{index}"}}"#)
            });
            hidden_groups(scopes, count, |index| (index, 1))
        },
    },
    Input {
        name: "scopes with hidden groups of one local id",
        count: 300,
        file: |count| {
            let scopes = list(count, |index| {
                format!(r#"{{"vgroupId":"{index}","vgroupName":"s{index}"}}"#)
            });
            hidden_groups(scopes, count, |index| (1, index))
        },
    },
    Input {
        name: "a scope with one hidden group for many APIs",
        count: 300,
        file: |count| {
            let scopes = list(1, |_| r#"{"vgroupId":"1","vgroupName":"s"}"#.to_owned());
            let groups = list(1, |_| {
                r#"{"groupId":"1","groupName":"h","vgroupFlag":"1","vgroupId":"1"}"#.to_owned()
            });
            let links = list(count, |index| {
                format!(r#"{{"groupId":"1","apiKey":"k{index}","moduleName":"m"}}"#)
            });
            digirunner(&[
                ("tsmpVgroupList", scopes),
                ("tsmpGroupList", groups),
                ("tsmpGroupApiList", links),
            ])
        },
    },
    Input {
        name: "X-API keys of one id, with groups",
        count: 300,
        file: |count| {
            keys(count, "dgrXApiKeyList", "dgrXApiKeyMapList", |index| {
                (
                    format!(r#""apiKeyId":1,"apiKeyEn":"e{index}","apiKeyAlias":"a""#),
                    format!(r#""apiKeyMapId":{index},"refApiKeyId":1,"groupId":"{index}""#),
                )
            })
        },
    },
    Input {
        name: "DGRK keys of one id, with APIs",
        count: 300,
        file: |count| {
            keys(
                count,
                "tsmpOpenApiKeyList",
                "tsmpOpenApiKeyMapList",
                |index| {
                    (
                        format!(
                            r#""openApiKeyId":1,"openApiKey":"e{index}","secretKey":"s","openApiKeyAlias":"a""#
                        ),
                        format!(
                            r#""openApiKeyMapId":{index},"refOpenApiKeyId":1,"refApiUid":"u{index}""#
                        ),
                    )
                },
            )
        },
    },
    Input {
        name: "groups that link one API",
        count: 500,
        file: |count| {
            let groups = list(count, |index| {
                format!(r#"{{"groupId":"{index}","groupName":"g{index}","vgroupFlag":"0"}}"#)
            });
            let links = list(count, |index| {
                format!(r#"{{"groupId":"{index}","apiKey":"k","moduleName":"m"}}"#)
            });
            digirunner(&[("tsmpGroupList", groups), ("tsmpGroupApiList", links)])
        },
    },
    Input {
        name: "groups of a client that are not there",
        count: 1_000,
        file: |count| {
            let clients = list(1, |_| {
                r#"{"clientId":"c","clientName":"n","owner":"o"}"#.to_owned()
            });
            let links = list(count, |index| {
                format!(r#"{{"clientId":"c","groupId":"{index}"}}"#)
            });
            digirunner(&[("tsmpClientList", clients), ("tsmpClientGroupList", links)])
        },
    },
    Input {
        name: "unknown properties",
        count: 1_000,
        file: |count| {
            let fields: Vec<String> = (0..count).map(|index| format!(r#""x{index}":1"#)).collect();
            digirunner(&[("tsmpClientList", format!("[{{{}}}]", fields.join(",")))])
        },
    },
];

/// Returns the JSON of so many elements.
fn list(count: usize, each: impl Fn(usize) -> String) -> String {
    let elements: Vec<String> = (0..count).map(each).collect();
    format!("[{}]", elements.join(","))
}

fn id(index: usize) -> String {
    format!("{index:032x}")
}

fn sp_config(count: usize, each: impl Fn(usize) -> String) -> String {
    format!(
        r#"{{"version":1,"timestamp":"2026-01-01T00:00:00Z","tenant":"t","options":{{}},"objects":{}}}"#,
        list(count, each)
    )
}

fn source(id: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"version":1,"self":{{"id":"{id}","type":"SOURCE","name":"{name}"}},"object":{{"id":"{id}","name":"{name}"{more}}}}}"#
    )
}

fn tyk(kind: &str, count: usize, each: impl Fn(usize) -> String) -> String {
    let apis = if kind == "apis" { "" } else { r#""apis":[],"# };
    format!(r#"{{{apis}"{kind}":{}}}"#, list(count, each))
}

fn api(index: usize, path: &str, more: &str) -> String {
    format!(
        r#"{{"api_definition":{{"id":"{index:024x}","api_id":"a{index}","name":"n","org_id":"5e9d9544a1dcd60001d0ed20","proxy":{{"listen_path":"/{path}/"}}{more}}}}}"#
    )
}

fn policy(index: usize, rights: &str) -> String {
    format!(
        r#"{{"_id":"{index:024x}","id":"p{index}","name":"n","org_id":"5e9d9544a1dcd60001d0ed20","access_rights":{rights}}}"#
    )
}

/// Some lists whose rows belong to those of others.
const LISTS: [&str; 6] = [
    "tsmpClientList",
    "tsmpClientHostList",
    "tsmpGroupList",
    "tsmpGroupApiList",
    "tsmpClientGroupList",
    "dgrXApiKeyList",
];

/// Returns scopes with so many hidden groups, each with an API; `ids` gives the ids of a group and of
/// its scope.
fn hidden_groups(scopes: String, count: usize, ids: impl Fn(usize) -> (usize, usize)) -> String {
    let groups = list(count, |index| {
        let (id, scope) = ids(index);
        format!(
            r#"{{"groupId":"{id}","groupName":"h{index}","vgroupFlag":"1","vgroupId":"{scope}"}}"#
        )
    });
    let links = list(count, |index| {
        let (id, _) = ids(index);
        format!(r#"{{"groupId":"{id}","apiKey":"k{index}","moduleName":"m"}}"#)
    });
    digirunner(&[
        ("tsmpVgroupList", scopes),
        ("tsmpGroupList", groups),
        ("tsmpGroupApiList", links),
    ])
}

/// Returns a client with so many keys and maps of keys.
fn keys(
    count: usize,
    keys: &str,
    maps: &str,
    fields: impl Fn(usize) -> (String, String),
) -> String {
    let client = r#"[{"clientId":"c","clientName":"n","owner":"o"}]"#.to_owned();
    let all = |of: &dyn Fn(usize) -> String| list(count, |index| format!("{{{}}}", of(index)));
    digirunner(&[
        ("tsmpClientList", client),
        (
            keys,
            all(&|index| format!(r#""clientId":"c",{}"#, fields(index).0)),
        ),
        (maps, all(&|index| fields(index).1)),
    ])
}

fn digirunner(lists: &[(&str, String)]) -> String {
    let lists: Vec<String> = lists
        .iter()
        .map(|(name, rows)| format!(r#""{name}":{rows}"#))
        .collect();
    format!(
        r#"{{"importClientRelated":{{{}}},"analyzeClientRelated":null}}"#,
        lists.join(",")
    )
}
