//! The declarations: [`log_fields!`](crate::log_fields), [`log_contexts!`](crate::log_contexts),
//! [`log_events!`](crate::log_events).

/// Declares fields of log lines. Each is a type of the field's own name, which contexts and events list.
///
/// Kinds: `id`, `text`, `keyword` (with a label type as its domain, if there is one), `integer`, `milliseconds`,
/// `timestamp`, `boolean`.
///
/// ```
/// use obsctl_model::prelude::*;
/// labels! { pub enum Provider { Shopify = "shopify", Stripe = "stripe" } }
///
/// log_fields! {
///     /// The connection to a provider.
///     pub id connection_id, like "d4f5a678-1234-5678-9abc-def012345678";
///     /// The system at the other end of a connection.
///     pub keyword provider: Provider, like "shopify";
///     /// How long it took.
///     pub milliseconds duration_ms, like "4523";
/// }
///
/// assert_eq!(connection_id::definition().description, "The connection to a provider");
/// ```
#[macro_export]
macro_rules! log_fields {
    ($(
        $(#[doc = $doc:literal])+
        $vis:vis $kind:ident $field:ident $(: $domain:ty)?, like $example:literal;
    )+) => {$(
        $(#[doc = $doc])+
        #[allow(non_camel_case_types, reason = "a field is written as the line writes it")]
        #[derive(Clone, Copy, Debug)]
        $vis enum $field {}

        impl $crate::LoggedField for $field {
            const NAME: &'static str = $crate::label_text(stringify!($field));
            type Value = $crate::log_fields!(@value $kind $($domain)?);

            fn definition() -> $crate::LogField {
                $crate::LogField::new(
                    Self::NAME,
                    $crate::log_fields!(@kind $kind),
                    $crate::log::description(&[$($doc),+]),
                    $example,
                )
            }
        }
    )+};
    (@value id) => { $crate::log::Id };
    (@value text) => { $crate::log::Text };
    (@value keyword) => { $crate::log::Keyword };
    (@value keyword $domain:ty) => { $domain };
    (@value integer) => { $crate::log::Integer };
    (@value milliseconds) => { $crate::log::Milliseconds };
    (@value timestamp) => { $crate::log::Timestamp };
    (@value boolean) => { bool };
    (@value $kind:ident $domain:ty) => {
        compile_error!(concat!("`", stringify!($kind), "` has no domain: only a `keyword` is a label's value"))
    };
    (@value $kind:ident) => {
        compile_error!(concat!("`", stringify!($kind), "` is no kind of log field: write ",
            "`id`, `text`, `keyword`, `integer`, `milliseconds`, `timestamp` or `boolean`"))
    };
    (@kind id) => { $crate::FieldKind::Id };
    (@kind text) => { $crate::FieldKind::Text };
    (@kind keyword) => { $crate::FieldKind::Keyword };
    (@kind integer) => { $crate::FieldKind::Integer };
    (@kind milliseconds) => { $crate::FieldKind::Milliseconds };
    (@kind timestamp) => { $crate::FieldKind::Timestamp };
    (@kind boolean) => { $crate::FieldKind::Boolean };
    // Said once, by the value.
    (@kind $kind:ident) => { $crate::FieldKind::Text };
}

/// Declares contexts: what lines of one kind have beside the standard fields. A value of one is bound, so that every
/// later line carries it, or is given with an event.
///
/// ```
/// use obsctl_model::prelude::*;
///
/// log_fields! {
///     /// The row in `jobs`.
///     pub id job_id, like "7c9e6679-7425-40de-944b-e07fc1f90ae7";
///     /// The connection to a provider.
///     pub id connection_id, like "d4f5a678-1234-5678-9abc-def012345678";
/// }
/// log_contexts! {
///     /// Lines written while a worker runs a task.
///     pub WorkerTask("Worker task") { job_id, connection_id: optional }
/// }
///
/// let task = WorkerTask { job_id: 7.into(), connection_id: None };
/// assert_eq!(all()[0].fields[0].name, "job_id");
/// ```
#[macro_export]
macro_rules! log_contexts {
    ($(
        $(#[doc = $doc:literal])+
        $vis:vis $context:ident ( $name:literal )
        { $($field:ident $(: $presence:ident)?),* $(,)? }
    )+) => {
        $(
            $crate::log_members! {
                $(#[doc = $doc])+
                $vis $context {} { $($field $(: $presence)?),* }
            }

            impl $crate::LoggedContext for $context {
                const NAME: &'static str = $name;

                fn definition() -> $crate::LogContext {
                    $crate::LogContext::new($name, <Self as $crate::LoggedFields>::definitions())
                }
            }
        )+

        /// The contexts, for the stack's catalog.
        #[must_use]
        pub fn all() -> Vec<$crate::LogContext> {
            vec![$(<$context as $crate::LoggedContext>::definition()),+]
        }
    };
}

/// Declares the events of a service: each is a catalog entry and what the service emits. A field that was never
/// declared, that is missing, or whose value is of another kind does not compile.
///
/// A name is `noun_verb` or `noun_verb_result`. Levels: `debug` for what only development needs, `info` for what is
/// expected, `warning` for what is retried or degraded, `error` for what failed, `critical` for the system as a whole.
/// Every member is required unless it is `optional`, so the fields that a category of events must have are members
/// of each of its events, or of a context that all of them name:
///
/// - `in` a context: its fields are bound before, or given when the event is emitted;
/// - `with` one: it is a member of the event.
///
/// ```
/// use obsctl_model::prelude::*;
///
/// log_fields! {
///     /// Which torrent.
///     pub id infohash, like "c9e15763f722f23e98a29decdfae341b98d53056";
///     /// Where it is.
///     pub text torrent_path, like "/data/book.torrent";
///     /// Which tracker.
///     pub keyword tracker, like "red";
///     /// Why not.
///     pub text reason, like "tracker is down";
/// }
/// log_contexts! {
///     /// Lines about an upload.
///     pub Upload("Upload") { tracker, infohash }
/// }
/// log_events! {
///     service "cli";
///
///     /// A torrent was built.
///     pub info TorrentBuilt("torrent_built_success") { infohash, torrent_path }
///     /// A tracker has it.
///     pub info UploadSubmitted("upload_submitted") in Upload {}
///     /// A tracker does not.
///     pub error UploadFailed("upload_failed") with upload: Upload { reason }
/// }
///
/// let failed = UploadFailed {
///     upload: Upload { tracker: "red".into(), infohash: "c9e15763".into() },
///     reason: "tracker is down".into(),
/// };
/// assert_eq!(events()[2].contexts, ["Upload"]);
/// ```
#[macro_export]
macro_rules! log_events {
    (
        service $service:expr;
        $(
            $(#[doc = $doc:literal])+
            $vis:vis $level:ident $event:ident ( $name:literal )
            $(in $($context:ident),+)? $(with $($member:ident : $given:ident),+)?
            { $($field:ident $(: $presence:ident)?),* $(,)? }
            $(allow($check:literal, $reason:literal))*
        )+
    ) => {
        $(
            $crate::log_members! {
                $(#[doc = $doc])+
                $vis $event { $($($member: $given),+)? } { $($field $(: $presence)?),* }
            }

            const _: () = assert!($crate::log::is_event_name($name),
                concat!("`", $name, "` is not an event's name: `noun_verb` or `noun_verb_result`, in lower case"));

            impl $crate::LoggedEvent for $event {
                const NAME: &'static str = $name;
                const LEVEL: $crate::Level = $crate::log_events!(@level $level);

                fn definition() -> $crate::LogEvent {
                    $crate::LogEvent {
                        name: $name.to_owned(),
                        level: Self::LEVEL,
                        description: $crate::log::description(&[$($doc),+]),
                        service: ($service).into(),
                        contexts: vec![
                            $($(<$context as $crate::LoggedContext>::NAME.to_owned(),)+)?
                            $($(<$given as $crate::LoggedContext>::NAME.to_owned(),)+)?
                        ],
                        fields: <Self as $crate::LoggedFields>::definitions(),
                        allow: vec![$($crate::Allow::new($check, $reason)),*],
                        origin: $crate::Origin::anchored($name),
                    }
                }
            }

            $($(impl $crate::InContext<$context> for $event {})+)?
        )+

        /// The events, for the stack's catalog.
        #[must_use]
        pub fn events() -> Vec<$crate::LogEvent> {
            vec![$(<$event as $crate::LoggedEvent>::definition()),+]
        }
    };
    (@level debug) => { $crate::Level::Debug };
    (@level info) => { $crate::Level::Info };
    (@level warning) => { $crate::Level::Warning };
    (@level error) => { $crate::Level::Error };
    (@level critical) => { $crate::Level::Critical };
    (@level $level:ident) => {
        compile_error!(concat!("`", stringify!($level), "` is no level: write ",
            "`debug`, `info`, `warning`, `error` or `critical`"))
    };
}

/// The struct of a context or an event, and its fields.
#[doc(hidden)]
#[macro_export]
macro_rules! log_members {
    (
        $(#[doc = $doc:literal])+
        $vis:vis $name:ident { $($member:ident : $given:ident),* } { $($field:ident $(: $presence:ident)?),* }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        $vis struct $name {
            $(#[doc = concat!("The fields of [`", stringify!($given), "`].")] pub $member: $given,)*
            $(
                #[doc = concat!("The field [`", stringify!($field), "`](type@", stringify!($field), ").")]
                pub $field: $crate::log_members!(@type $field $($presence)?),
            )*
        }

        impl $crate::LoggedFields for $name {
            fn definitions() -> Vec<$crate::LogField> {
                vec![$($crate::log_members!(@definition $field $($presence)?)),*]
            }

            #[allow(unused_variables, reason = "not every event has fields of its own")]
            fn visit(self, visit: &mut $crate::FieldVisitor<'_>) {
                $($crate::LoggedFields::visit(self.$member, visit);)*
                $(
                    if let Some(value) = $crate::FieldValue::json(self.$field) {
                        visit(<$field as $crate::LoggedField>::NAME, value);
                    }
                )*
            }
        }
    };
    (@type $field:ident) => { <$field as $crate::LoggedField>::Value };
    (@type $field:ident optional) => { Option<<$field as $crate::LoggedField>::Value> };
    (@type $field:ident $presence:ident) => {
        compile_error!(concat!("`", stringify!($presence), "` is no presence: write `", stringify!($field),
            "`, or `", stringify!($field), ": optional` if it may be absent"))
    };
    (@definition $field:ident) => { <$field as $crate::LoggedField>::definition().required() };
    (@definition $field:ident $presence:ident) => { <$field as $crate::LoggedField>::definition() };
}
