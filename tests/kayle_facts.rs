//! What is known of the Kayle API, fact by fact, and the test that holds each. The sections are those of the project's list of
//! facts: 2 keys, 3 order of checks, 4 envelope, 5 pages, 6 formats, 7 operations, 8 endpoints, 9 encryption keys,
//! 10 deliveries and events, 11 sessions, 12 who gets what, 13 validation.

use std::{collections::BTreeSet, fs, path::Path};

/// Section, fact, and `file::test`.
const FACTS: &[(&str, &str, &str)] = &[
    ("2", "only the exact scheme `Bearer ` counts", "kayle_create::without_a_token_it_is_401_with_the_documented_body"),
    ("2", "the key ends at the next space", "kayle_access::s2_the_key_ends_at_the_next_space"),
    ("2", "a key's format is not checked", "kayle_access::s2_the_format_of_a_key_is_not_checked"),
    ("2", "the scheme is bearerAuth, keys are kk_ and 32", "kayle_access::s2_the_scheme_is_named_and_test_keys_look_like_keys"),
    ("2", "which scopes there are", "kayle_access::s2_the_scopes_are_these"),
    ("2", "HEAD asks for the scope of GET, each other method for writing", "kayle_access::s2_each_scope_opens_its_area"),
    ("2", "HEAD is GET without its body", "kayle_access::s1_head_is_get_without_a_body_and_needs_the_read_scope"),
    ("2", "403: exact body", "kayle_create::keys_can_be_named_and_limited"),
    ("2", "each scope opens its area, writing includes reading", "kayle_access::s2_each_scope_opens_its_area"),
    (
        "2",
        "unknown scopes are ignored, none opens nothing",
        "kayle_access::s2_unknown_scopes_are_ignored_and_without_any_it_is_403_everywhere",
    ),
    ("2", "401: exact body", "kayle_access::s2_without_a_good_key_it_is_401_with_the_exact_body"),
    ("2", "410: a code and a message, and nothing else", "kayle_access::s2_a_frozen_organization_is_410"),
    ("3", "the key comes before the route below /v1", "kayle_access::s3_the_key_comes_before_the_route_below_v1"),
    ("3", "frozen comes before scopes", "kayle_access::s3_a_frozen_organization_comes_before_scopes"),
    ("3", "scopes come before parameters and bodies", "kayle_access::s3_scopes_come_before_parameters_and_bodies"),
    ("3", "parameters come before bodies", "kayle_access::s3_parameters_come_before_bodies"),
    ("3", "bodies come before whether the thing is there", "kayle_endpoints::the_body_is_judged_before_the_thing_is_looked_for"),
    ("3", "what another organization has is not there", "kayle_operations::what_another_organization_has_is_not_there"),
    ("3", "what the state of a thing forbids is 409", "kayle_events::replaying_queues_all_deliveries_again"),
    ("4", "success is `data` and `error: null`", "kayle_operations::every_operation_answers_in_its_envelope"),
    ("4", "only lists add `pagination`", "kayle_operations::every_operation_answers_in_its_envelope"),
    ("4", "an error has code, message, hint and docs, and no more", "kayle_operations::errors_lead_to_where_their_operation_is_explained"),
    ("4", "204 has no body", "kayle_sessions::cancelling_ends_what_has_not_ended"),
    ("4", "409 only for replaying", "kayle_operations::the_declared_statuses_are_those_that_can_be"),
    ("4", "docs of each operation's errors", "kayle_operations::errors_lead_to_where_their_operation_is_explained"),
    ("4", "the bodies of 500s are pinned, with pages for lists", "kayle_operations::a_500_has_a_body_that_is_pinned"),
    ("4", "404 for all that is about one thing, but listing keys", "kayle_operations::the_declared_statuses_are_those_that_can_be"),
    ("4", "400 for an update without a change", "kayle_endpoints::an_update_must_change_something_and_keep_the_rules"),
    ("4", "400 of attempts has a page", "kayle_sessions::the_list_of_attempts_must_be_told_what_to_list"),
    ("5", "limit: 1 to 100, as JavaScript reads numbers", "kayle_paging::the_limit_is_what_javascript_takes_for_a_number"),
    ("5", "limit: 10 where nobody says, in every list", "kayle_paging::pages_hold_ten_where_nobody_says_how_many"),
    ("5", "the next page begins after the cursor, in every list", "kayle_paging::pages_hold_ten_where_nobody_says_how_many"),
    ("5", "an empty page", "kayle_paging::any_text_is_a_cursor"),
    ("5", "what is given twice is 400", "kayle_paging::truths_are_spelt_in_one_way"),
    ("5", "an empty cursor is none, any text is one", "kayle_paging::any_text_is_a_cursor"),
    ("5", "next_cursor is the last id while there is more", "kayle_paging::a_page_that_holds_just_all_is_the_last"),
    ("5", "ascending by id", "kayle_paging::pages_follow_one_another_in_the_order_of_ids"),
    ("5", "every list but that of events is", "kayle_paging::every_list_is_in_the_order_of_ids_but_that_of_events"),
    ("5", "filters combine with the cursor", "kayle_paging::filters_combine_with_the_cursor"),
    ("5", "unknown values of free filters give an empty page", "kayle_deliveries::lists_are_filtered"),
    ("5", "events: by time, cut by id", "kayle_paging::events_come_by_time_and_are_cut_by_id"),
    ("5", "booleans are exactly true or false", "kayle_paging::truths_are_spelt_in_one_way"),
    ("5", "times end in Z, seconds are optional", "kayle_paging::times_are_in_utc_with_a_final_z"),
    ("5", "both bounds are inclusive, of sessions too", "kayle_sessions::lists_are_filtered_by_status_and_time"),
    ("5", "both bounds are inclusive", "kayle_events::lists_are_filtered_by_type_and_time"),
    ("5", "unknown parameters are ignored", "kayle_paging::unknown_parameters_are_ignored"),
    ("6", "whe_ and 32, whsec_ and 32", "kayle_endpoints::what_is_created_is_read_listed_changed_and_deleted"),
    ("6", "whk_ and 32", "kayle_encryption::a_new_key_is_the_one_in_use_and_the_others_are_not"),
    ("6", "whd_ and 64", "kayle_deliveries::with_a_key_it_is_queued_and_without_one_it_has_failed"),
    ("6", "evt_ and 64", "kayle_events::an_event_shows_what_happened_and_its_deliveries"),
    ("6", "vs_ and 64, a cancel token of 48", "kayle_sessions::a_session_without_a_body_offers_all_claims"),
    ("6", "va_ and 64", "kayle_sessions::an_attempt_that_succeeds_completes_the_session"),
    ("6", "the organization is a UUID", "kayle_endpoints::an_endpoint_has_nine_members_wherever_it_is_shown"),
    ("6", "a malformed session id is 400", "kayle_operations::the_id_of_a_session_has_a_shape"),
    ("6", "any other id of any shape is just not found", "kayle_operations::an_id_of_any_shape_is_just_not_found"),
    ("6", "times have milliseconds, updated_at changes with each write", "kayle_times::every_write_is_told_by_updated_at"),
    ("6", "created_at and updated_at are equal at first", "kayle_times::what_is_created_was_changed_when_it_was_created"),
    ("7", "24 operations, their methods, paths and tags", "kayle_operations::the_operations_are_these_24"),
    ("7", "creating answers 200, replaying 202, cancelling 204", "kayle_operations::every_operation_answers_in_its_envelope"),
    ("7", "201 is nowhere", "kayle_operations::the_declared_statuses_are_those_that_can_be"),
    ("7", "replaying under the older path", "kayle_events::replaying_queues_all_deliveries_again"),
    ("7", "the older paths of events are the same", "kayle_events::an_event_shows_what_happened_and_its_deliveries"),
    ("7", "key paths take whk_ ids", "kayle_encryption::a_key_goes_by_its_own_id_and_not_by_the_name_that_the_client_chose"),
    ("8.1", "nine members, never the secret", "kayle_endpoints::an_endpoint_has_nine_members_wherever_it_is_shown"),
    ("8.1", "order and repetitions of event types stay", "kayle_endpoints::event_types_stay_in_the_order_and_as_often_as_they_were_sent"),
    ("8.2", "defaults of creating", "kayle_create::what_was_not_sent_has_its_default"),
    ("8.2", "names are trimmed, counted in UTF-16", "kayle_create::names_are_trimmed_and_counted_in_utf_16"),
    ("8.2", "names are not null at first", "kayle_endpoints::a_name_is_not_null_at_first_and_may_be_later"),
    ("8.2", "types, lengths and event types are judged", "kayle_create::every_broken_request_is_a_400_that_names_the_field_and_the_rule"),
    ("8.2", "the answer is an endpoint and its secret", "kayle_create::what_was_sent_comes_back"),
    ("8.2", "which statuses", "kayle_operations::the_declared_statuses_are_those_that_can_be"),
    ("8.2", "unknown members are dropped", "kayle_create::unknown_members_are_dropped"),
    ("8.2", "disabled from the start says so", "kayle_create::a_disabled_endpoint_says_since_when"),
    ("8.2", "nothing is unique", "kayle_endpoints::nothing_need_be_unique"),
    (
        "8.2",
        "an empty subscription is shown as all, and gets nothing",
        "kayle_endpoints::an_empty_subscription_is_shown_as_all_and_gets_nothing",
    ),
    ("8.3", "list by `enabled`", "kayle_endpoints::lists_are_filtered_by_whether_endpoints_are_enabled"),
    ("8.3", "read, 404", "kayle_endpoints::what_is_created_is_read_listed_changed_and_deleted"),
    (
        "8.4",
        "absent stays, null clears the name, the rest never changes",
        "kayle_endpoints::what_is_absent_stays_and_what_is_null_is_cleared",
    ),
    ("8.4", "at least one known member, same constraints", "kayle_endpoints::an_update_must_change_something_and_keep_the_rules"),
    ("8.4", "another URL leaves deliveries queued", "kayle_endpoints::another_url_leaves_deliveries_queued"),
    ("8.4", "the answer is the endpoint itself", "kayle_endpoints::an_endpoint_has_nine_members_wherever_it_is_shown"),
    ("8.4", "disabled_at is set anew, and null while enabled", "kayle_endpoints::disabled_at_is_the_time_of_the_last_disabling"),
    (
        "8.5",
        "deleting takes keys and deliveries along, events stay",
        "kayle_endpoints::keys_and_deliveries_go_with_their_endpoint_and_events_stay",
    ),
    ("8.5", "deleting twice is 404", "kayle_endpoints::what_is_created_is_read_listed_changed_and_deleted"),
    ("8.5", "reveal, rotate", "kayle_endpoints::the_secret_is_revealed_and_replaced"),
    ("8.5", "revealing changes nothing", "kayle_endpoints::revealing_changes_nothing"),
    ("8.5", "rotating is told by updated_at", "kayle_times::every_write_is_told_by_updated_at"),
    ("8.6", "eight rules in their order, when creating and changing", "kayle_endpoints::the_rules_of_urls_hold_when_creating_and_changing"),
    ("8.6", "a URL stays as it was sent", "kayle_create::urls_come_back_as_they_were_sent"),
    ("9.1", "ten members", "kayle_encryption::a_new_key_is_the_one_in_use_and_the_others_are_not"),
    ("9.2", "what is asked of a key", "kayle_encryption::what_is_asked_of_a_key_is_little"),
    ("9.2", "any object is a JWK", "kayle_encryption::a_key_that_cannot_encrypt_is_taken_and_told_of"),
    ("9.2", "the strict rules, by name", "kayle_encryption::strict_keys_are_judged_and_reduced"),
    (
        "9.2",
        "a new key takes the others out of use, once more those that were",
        "kayle_encryption::a_new_key_is_the_one_in_use_and_the_others_are_not",
    ),
    ("9.2", "404 for an unknown endpoint", "kayle_encryption::an_unknown_endpoint_has_no_keys_and_takes_none"),
    ("9.3", "an unknown endpoint has an empty page", "kayle_encryption::an_unknown_endpoint_has_no_keys_and_takes_none"),
    ("9.3", "list by `is_active`", "kayle_encryption::keys_are_listed_by_whether_they_are_in_use"),
    ("9.4", "deactivate, reactivate, 404", "kayle_encryption::keys_are_put_out_of_use_and_into_it"),
    ("9.4", "several may be active", "kayle_encryption::putting_a_key_into_use_leaves_the_others_in_use"),
    ("9.4", "what is encrypted stays so", "kayle_deliveries::a_key_out_of_use_encrypts_nothing_more"),
    ("9.4", "of several one is used", "kayle_deliveries::of_several_keys_in_use_the_last_is_taken_and_each_endpoint_has_its_own"),
    ("10.1", "eleven members", "kayle_deliveries::with_a_key_it_is_queued_and_without_one_it_has_failed"),
    ("10.1", "list by status, endpoint and event", "kayle_deliveries::lists_are_filtered"),
    ("10.1", "retry in every status", "kayle_deliveries::one_is_queued_again_whatever_became_of_it"),
    ("10.2", "six members, six of each delivery", "kayle_events::an_event_shows_what_happened_and_its_deliveries"),
    ("10.2", "list by type and time", "kayle_events::lists_are_filtered_by_type_and_time"),
    ("10.2", "completed is listed, never sent, not subscribed to", "kayle_events::completed_is_listed_and_sent_to_nobody"),
    ("10.2", "replay resets what there is, 409 for nothing, 404", "kayle_events::replaying_queues_all_deliveries_again"),
    ("10.2", "replay does to each what retry does", "kayle_events::replaying_resets_each_delivery_as_retrying_does"),
    ("10.2", "which trigger", "kayle_sessions::an_attempt_that_succeeds_completes_the_session"),
    ("10.2", "completed after the third failure", "kayle_sessions::the_third_attempt_that_fails_completes_the_session"),
    ("10.3", "nothing goes but with its endpoint", "kayle_endpoints::keys_and_deliveries_go_with_their_endpoint_and_events_stay"),
    ("10.3", "nothing goes with time", "kayle_events::nothing_goes_with_time"),
    ("11.1", "the members of a session", "kayle_sessions::a_session_without_a_body_offers_all_claims"),
    ("11.1", "the cancel token is in the first answer only", "kayle_sessions::the_token_is_in_the_answer_to_creating_only"),
    ("11.1", "include_attempts: any text that is not empty", "kayle_sessions::attempts_are_shown_to_whoever_asks_with_any_text"),
    ("11.1", "the members of an attempt", "kayle_sessions::an_attempt_has_eight_members_wherever_it_is_shown"),
    ("11.1", "six reasons to fail", "kayle_sessions::attempts_fail_for_six_reasons"),
    ("11.1", "claims in the order of their names", "kayle_sessions::claims_are_written_in_the_order_of_their_names"),
    ("11.1", "an hour to live", "kayle_times::what_is_created_was_changed_when_it_was_created"),
    ("11.2", "the body is optional, and read only as JSON", "kayle_sessions::a_body_that_is_not_called_json_is_not_read"),
    ("11.2", "the rules of redirect_url", "kayle_sessions::the_redirect_url_has_rules_of_its_own"),
    ("11.2", "include_attempts when creating", "kayle_sessions::attempts_are_shown_to_whoever_asks_with_any_text"),
    ("11.2", "which claims there are", "kayle_sessions::every_claim_that_there_is_can_be_asked_for"),
    ("11.2", "eight codes, in their order", "kayle_sessions::each_problem_of_the_claims_has_a_code"),
    ("11.2", "reasons are normal, the document id is always asked for", "kayle_sessions::what_is_asked_for_is_kept_in_order"),
    ("11.2", "without a list 13 claims by default", "kayle_sessions::a_session_without_a_body_offers_all_claims"),
    ("11.3", "list by status and time", "kayle_sessions::lists_are_filtered_by_status_and_time"),
    ("11.3", "cancel once, 404, 400", "kayle_sessions::cancelling_ends_what_has_not_ended"),
    ("11.3", "a malformed id is 400, reading and cancelling", "kayle_operations::the_id_of_a_session_has_a_shape"),
    ("11.4", "session_id or status, no limit", "kayle_sessions::the_list_of_attempts_must_be_told_what_to_list"),
    ("11.4", "pages of ten", "kayle_paging::pages_of_attempts_hold_ten"),
    ("11.4", "the path is doubled; half of it is a malformed id", "kayle_sessions::the_path_of_attempts_is_doubled"),
    ("11.5", "success", "kayle_sessions::an_attempt_that_succeeds_completes_the_session"),
    ("11.5", "failure, the third is the last", "kayle_sessions::the_third_attempt_that_fails_completes_the_session"),
    ("11.5", "expiry, once", "kayle_sessions::a_session_expires_when_its_hour_is_over"),
    ("12.1", "who gets a delivery", "kayle_deliveries::each_endpoint_that_is_enabled_and_wants_the_type_gets_one"),
    ("12.2", "with which status", "kayle_deliveries::with_a_key_it_is_queued_and_without_one_it_has_failed"),
    ("13", "the documented 400 for all that is broken", "kayle_create::every_broken_request_is_a_400_that_names_the_field_and_the_rule"),
    ("13", "the real server's 400, by name", "kayle_create::the_real_servers_400_can_be_had"),
    ("13", "the real server's 400, case by case", "kayle_create::the_real_server_tells_each_case_in_its_own_words"),
    ("13", "keys in the real server's 400", "kayle_encryption::a_broken_key_is_told_in_the_words_of_the_real_server"),
    ("13", "JSON is called so in lower case", "kayle_create::json_that_is_called_so_in_capitals_is_not_read"),
];

/// Every section that says what the operations do.
const SECTIONS: &[&str] = &[
    "2", "3", "4", "5", "6", "7", "8.1", "8.2", "8.3", "8.4", "8.5", "8.6", "9.1", "9.2", "9.3", "9.4", "10.1", "10.2", "10.3", "11.1",
    "11.2", "11.3", "11.4", "11.5", "12.1", "12.2", "13",
];

#[test]
fn every_fact_is_held_by_a_test_that_there_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (section, fact, test) in FACTS {
        let (file, function) = test.split_once("::").unwrap();
        let text = fs::read_to_string(folder.join(file).with_extension("rs")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let at = lines.iter().position(|line| line.starts_with(&format!("fn {function}(")));
        let is_test =
            at.is_some_and(|at| lines[..at].iter().rev().take_while(|line| line.starts_with("#[")).any(|line| *line == "#[test]"));
        assert!(is_test, "{section} {fact}: there is no test {test}");
    }
}

#[test]
fn every_section_has_facts() {
    let told: BTreeSet<&str> = FACTS.iter().map(|(section, ..)| *section).collect();
    let expected: BTreeSet<&str> = SECTIONS.iter().copied().collect();
    assert_eq!(told, expected);
    let all: BTreeSet<_> = FACTS.iter().map(|(section, fact, _)| (section, fact)).collect();
    assert_eq!(all.len(), FACTS.len(), "a fact is told twice");
}
