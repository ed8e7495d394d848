/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run: its files removed, its record complete, its summary printed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/clock.h"
#include "platform/line_writer.h"
#include "platform/output_file.h"
#include "prepare/start_record.h"
#include "record/store.h"
#include "report/advice.h"
#include "report/requirements.h"
#include "report/tuned.h"
#include "session.h"

enum { REMOVAL_NS = 2 * 1000 * 1000 * 1000 - 1 };

struct outputs session_outputs(const struct session *session)
{
    const struct run_settings *run = &session->setup.options.run;
    return (struct outputs){.json = run->json,
                            .csv = run->csv,
                            .live = run->live,
                            .result = run->result,
                            .overwrite = run->overwrite};
}

static void set_verdict(struct record *record, enum verdict verdict)
{
    const bool interrupted = verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM;
    record->exit_code = verdict_exit_code(verdict);
    record->status = verdict == VERDICT_FINE ? RECORD_COMPLETE
                     : interrupted           ? RECORD_INTERRUPTED
                                             : RECORD_FAILED;
}

/* The run is over; it fails if it does not meet what was required of it. */
static enum verdict check_requirements(struct record *record, enum verdict verdict)
{
    struct text why = {0};
    if (verdict == VERDICT_FINE && requirements_unmet(record, &why)) {
        console_error(text_string(&why));
        verdict = VERDICT_FAILED;
        set_verdict(record, verdict);
    }
    text_release(&why);
    return verdict;
}

static enum verdict write_outputs(struct session *session, enum verdict verdict)
{
    const struct outputs outputs = session_outputs(session);
    struct failure failure = {0};
    if (!outputs_write(&outputs, &session->record, &failure))
        return verdict;
    console_error(failure.text);
    if (verdict != VERDICT_FINE)
        return verdict;
    set_verdict(&session->record, VERDICT_FAILED);
    store_save(session->result_path, &session->record, NULL, NULL);
    return VERDICT_FAILED;
}

/* Does standard output hold something for other programs? */
static bool is_taken(const struct run_settings *run)
{
    return (run->json && !strcmp(run->json, "-")) ||
           (run->live && line_writer_is_stdout(run->live));
}

/* "results/x.h5" -> "results/x.conf" */
static void print_settings_path(const struct session *session, struct text *path)
{
    const char *result = session->result_path;
    const size_t length = strlen(result);
    const bool suffix = length > 3 && !strcmp(result + length - 3, ".h5");
    text_add(path, "%.*s.conf", (int)(length - (suffix ? 3 : 0)), result);
}

int session_check_settings(const struct session *session, struct failure *why)
{
    struct text path = {0};
    print_settings_path(session, &path);
    if (path.failed)
        failure_set(why, -ENOMEM, "not enough memory");
    else
        output_file_check(text_string(&path), session->setup.options.run.overwrite, why);
    text_release(&path);
    return why->code;
}

/* What was given and holds for every probe; the choices follow. */
static void print_given(const struct session *session, const struct record *record,
                        struct text *out)
{
    bool chosen[OPTION_COUNT] = {false};
    for (size_t i = 0; i < record->tune_choice_count; i++)
        for (enum option_id id = 0; id < OPTION_COUNT; id++)
            chosen[id] |= !strcmp(record->tune_choices[i].option, options_name(id));
    options_print_given(&session->setup.options, chosen, out);
}

static int write_settings(struct session *session, const struct record *record, struct failure *why)
{
    struct text path = {0};
    struct text text = {0};
    struct output_file file;
    print_settings_path(session, &path);
    text_add(&text, "# found by tidemill tune, %s\n", record->finished_utc);
    if (!tuned_is_finished(record))
        text_add(&text, "# unfinished: the best so far\n");
    print_given(session, record, &text);
    tuned_print_file(record, session->setup.options.run.phases, true, &text);
    if (path.failed || text.failed)
        failure_set(why, -ENOMEM, "not enough memory");
    else if (!output_file_open(&file, text_string(&path), session->setup.options.run.overwrite,
                               why)) {
        fwrite(text_string(&text), 1, text.length, file.stream);
        session->settings_written = !output_file_close(&file, why);
    }
    text_release(&text);
    text_release(&path);
    return why->code;
}

/* The search of 'tune' has measured nothing: that is a failure. */
static enum verdict check_search(struct session *session, enum verdict verdict)
{
    struct failure failure = {0};
    const struct record_tune *failed;
    if (!session->setup.options.run.automatic || verdict != VERDICT_FINE)
        return verdict;
    failed = tuned_failed(&session->record);
    if (failed || !tuned_any(&session->record))
        failure_set(&failure, -EIO, "no probe of %s could be measured%s%s",
                    failed && (failed->stage == TUNE_FILL || strcmp(failed->phase, "write") != 0)
                        ? "reading"
                        : "writing",
                    failed && failed->reason[0] ? ": " : "", failed ? failed->reason : "");
    else if (session->setup.tunes)
        write_settings(session, &session->record, &failure);
    if (!failure.code)
        return verdict;
    console_error(failure.text);
    set_verdict(&session->record, VERDICT_FAILED);
    return VERDICT_FAILED;
}

static void print_result(const struct session *session, const struct record *record, bool complete)
{
    const struct run_settings *run = &session->setup.options.run;
    FILE *stream = is_taken(run) ? stderr : stdout;
    if (run->quiet)
        console_print_warnings(record);
    else
        console_print_summary(stream, record, run->verbose);
    struct text line = {0};
    text_add(&line, "%s", run->quiet ? "" : "\nresult  ");
    text_add_printable(&line, session->result_path);
    text_add(&line, "%s\n", complete || run->quiet ? "" : " is incomplete: see the error above");
    console_print_text(stream, text_string(&line));
    if (session->settings_written && !run->quiet) {
        text_clear(&line);
        text_add(&line, "settings ");
        print_settings_path(session, &line);
        text_add(&line, ": %srun --options-from takes it\n",
                 tuned_is_finished(record) ? "" : "the best so far; ");
        console_print_text(stream, text_string(&line));
    }
    text_release(&line);
}

/* Of the phase under way there are no numbers that advice could be about. */
void session_end_at_once(void *context, struct record *record)
{
    struct session *session = context;
    struct failure failure = {0};
    const size_t count = record->phase_count;
    while (record->phase_count && record->phases[record->phase_count - 1].status != RECORD_COMPLETE)
        record->phase_count--;
    advice_consider(record);
    record->phase_count = count;
    if (session->setup.tunes && tuned_any(record) && write_settings(session, record, &failure))
        console_error(failure.text);
    print_result(session, record, true);
}

enum verdict session_finish(struct session *session, enum verdict verdict, bool stalled,
                            struct failure *why)
{
    struct setup *setup = &session->setup;
    struct agreement agreement;
    struct failure removal = {0};
    struct failure saving = {0};
    char line[FAILURE_TEXT + RECORD_LINE];
    bool shown = false;
    start_record_compare(setup, &session->record);
    if (verdict == VERDICT_SIGINT || verdict == VERDICT_SIGTERM) {
        set_verdict(&session->record, verdict);
        clock_utc(session->record.finished_utc);
        shown = keeper_show(&session->keeper);
    }
    const bool keeps =
        setup->options.run.keep && !setup->options.run.automatic && !setup->reads_stored;
    session->given_up |= stalled; /* its removal may be left to a thread, on any rank */
    if (!keeps)
        setup_remove(setup, stalled ? REMOVAL_NS : 0, &removal);
    if (cluster_agree(&session->cluster, &removal, &agreement) && verdict == VERDICT_FINE)
        verdict = VERDICT_FAILED;
    if (session->cluster.rank != 0) {
        keeper_stop(&session->keeper);
        return verdict;
    }
    if (agreement.failed_ranks) {
        agreement_format(&session->cluster, &agreement, line, sizeof line);
        console_error(line);
        session->record.removal_failure = strdup(line);
    }
    set_verdict(&session->record, verdict);
    clock_utc(session->record.finished_utc);
    /* With many nodes advice takes long: a run that is killed meanwhile loses nothing else. */
    keeper_save(&session->keeper, NULL);
    keeper_stop(&session->keeper);
    advice_consider(&session->record);
    verdict = check_search(session, verdict);
    if (!session->continues)
        verdict = check_requirements(&session->record, verdict);
    /* even if an earlier save failed: removing the data may have freed space */
    store_save(session->result_path, &session->record, NULL, &saving);
    if (why->code || saving.code)
        console_error(why->code ? why->text : saving.text);
    if (saving.code && verdict == VERDICT_FINE) {
        verdict = VERDICT_FAILED;
        set_verdict(&session->record, verdict);
    }
    if (session->continues && verdict == VERDICT_FINE)
        return verdict; /* --live stays open: the reader of a FIFO would take its end for the run's
                         */
    verdict = write_outputs(session, verdict);
    live_output_close(&session->console.output);
    if (!shown)
        print_result(session, &session->record, !saving.code);
    return verdict;
}
