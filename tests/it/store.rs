//! What every database has to do, as one suite: on SQLite always, and on PostgreSQL where `REXIAN_TEST_POSTGRES` names a
//! database whose user may make others.

mod clock;
mod data;
mod desk;
mod feed;
mod finding;
mod home;
mod lists;
mod lives;
mod lost;
mod once;
mod town;

/// Each case as a test on either database.
macro_rules! on_both {
    ($($subject:ident::$case:ident,)+) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let home = super::home::sqlite(stringify!($case));
                    super::home::run(Some(home), super::$subject::$case).await;
                }
            )+
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    super::home::run(super::home::postgres().await, super::$subject::$case).await;
                }
            )+
        }
    };
}

on_both! {
    lives::a_ticket_lives_from_the_call_to_the_end,
    lives::what_is_made_anew_from_the_log_is_what_was_kept,
    lives::the_demo_office_reads_as_it_was_written,
    once::the_same_request_is_done_once,
    once::a_key_is_remembered_after_a_restart,
    once::two_servers_know_of_each_others_keys,
    once::sixteen_who_send_the_same_at_once_do_it_once,
    once::an_order_that_cannot_be_written_does_not_take_the_others_with_it,
    once::of_two_who_act_at_once_the_second_is_told,
    feed::a_reader_never_skips_an_event,
    feed::what_one_server_writes_the_other_hears,
    feed::a_unit_hears_that_a_ticket_left_it_and_no_more,
    feed::a_signer_hears_of_their_own_units_alone,
    clock::two_servers_that_tick_at_once_do_a_duty_once,
    clock::a_server_that_was_down_catches_up,
    clock::silence_accepts_and_a_reply_after_it_counts,
    lists::every_view_holds_what_it_says,
    lists::every_filter_lets_through_what_it_says,
    lists::pages_are_stable_while_tickets_change,
    lists::counts_are_the_lengths_of_the_lists,
    lists::statistics_count_what_happened,
    finding::words_of_two_characters_one_and_latin_ones_are_found,
    finding::nothing_of_a_secret_caller_is_found,
    finding::relatives_share_the_caller_or_the_place,
    finding::a_word_too_long_for_an_index_is_found,
    desk::the_last_writer_of_a_draft_is_told_what_it_overwrote,
    desk::articles_are_written_by_those_who_answer_for_them,
    desk::sessions_end_and_passwords_end_them,
    desk::wrong_passwords_are_counted_and_forgiven,
    desk::out_of_date_things_are_thrown_away,
    desk::a_newer_schema_is_refused_and_says_so,
    desk::a_loaded_text_is_a_law_at_the_next_start,
    data::a_backup_comes_back_whole,
    data::a_backup_that_was_cut_or_changed_is_refused,
    data::nothing_is_restored_over_something,
    data::a_backup_is_of_one_moment,
    data::every_tampering_is_found,
    data::a_row_that_was_lost_or_changed_is_made_anew,
}
