//! Definitions as text: what is described in Rust can be written as JSON and read back, and the published
//! schema accepts exactly that.

use obsctl::model::Stack;
use serde_json::Value;

fn reference() -> Value {
    serde_json::to_value(obsctl_stack::stack()).expect("definitions serialize")
}

#[test]
fn the_reference_stack_survives_text() {
    let text = serde_json::to_string(&reference()).expect("a value has a text");
    let read: Stack = serde_json::from_str(&text).expect("what was written can be read");
    assert_eq!(read, obsctl_stack::stack());
}

#[test]
fn the_schema_accepts_the_reference_stack() {
    let schema = serde_json::to_value(Stack::schema()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let stack = reference();
    let errors: Vec<_> = validator
        .iter_errors(&stack)
        .take(5)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// A key that does not exist is an error wherever it is written, and the schema refuses it as well.
#[test]
fn unknown_keys_are_errors_everywhere() {
    let schema = serde_json::to_value(Stack::schema()).expect("a schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let stack = reference();
    let objects = structs(&stack);
    assert!(objects.len() > 20, "{objects:?}");
    for place in objects {
        let mut wrong = stack.clone();
        wrong
            .pointer_mut(&place)
            .and_then(Value::as_object_mut)
            .expect("the place is an object")
            .insert("no_such_key".to_owned(), Value::Null);
        let read: Result<Stack, _> = serde_json::from_value(wrong.clone());
        assert!(read.is_err(), "`no_such_key` was accepted at {place}");
        assert!(
            !validator.is_valid(&wrong),
            "the schema accepts it at {place}"
        );
    }
}

/// One place for each shape of object in the stack. Maps of labels and annotations take any key.
fn structs(stack: &Value) -> Vec<String> {
    fn walk(
        value: &Value,
        place: &str,
        seen: &mut std::collections::BTreeMap<Vec<String>, String>,
    ) {
        match value {
            Value::Object(object) => {
                let free = ["labels", "annotations"]
                    .iter()
                    .any(|key| place.ends_with(&format!("/{key}")));
                if !free {
                    let keys = object.keys().cloned().collect();
                    seen.entry(keys).or_insert_with(|| place.to_owned());
                }
                for (key, child) in object {
                    walk(
                        child,
                        &format!("{place}/{}", key.replace('~', "~0").replace('/', "~1")),
                        seen,
                    );
                }
            }
            Value::Array(items) => {
                for (i, child) in items.iter().enumerate() {
                    walk(child, &format!("{place}/{i}"), seen);
                }
            }
            _ => {}
        }
    }
    let mut seen = std::collections::BTreeMap::new();
    walk(stack, "", &mut seen);
    seen.into_values().collect()
}
