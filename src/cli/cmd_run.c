/* SPDX-License-Identifier: Apache-2.0 */
/* tidemill run: one run from the command line to the exit code. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "join.h"
#include "options/arguments.h"
#include "options/help.h"
#include "platform/clock.h"
#include "platform/host.h"
#include "platform/interrupt.h"
#include "prepare/cleanup.h"
#include "prepare/prepared.h"
#include "prepare/preset.h"
#include "prepare/start_record.h"
#include "record/store.h"
#include "report/advice.h"
#include "report/tuned.h"
#include "section_plans.h"
#include "session.h"

static int show_help(int argc, char *const *argv)
{
    struct text page = {0};
    (void)argc;
    (void)argv;
    help_run(&page);
    fputs(text_string(&page), stdout);
    text_release(&page);
    return 0;
}

static int show_tune_help(int argc, char *const *argv)
{
    struct text page = {0};
    (void)argc;
    (void)argv;
    help_tune(&page);
    fputs(text_string(&page), stdout);
    text_release(&page);
    return 0;
}

static int show_presets(int argc, char *const *argv)
{
    struct text page = {0};
    struct failure why = {0};
    (void)argc;
    (void)argv;
    if (preset_list(&page, &why))
        console_error(why.text);
    else
        fputs(text_string(&page), stdout);
    text_release(&page);
    return why.code ? EXIT_REFUSED : 0;
}

/* The command that only prints a page, or NULL. Called before MPI starts, so that it works without
 * MPI where no launcher started it. */
static int (*find_page(int argc, char *const *argv, bool tunes))(int, char *const *)
{
    struct options options;
    struct failure ignored = {0};
    bool help = false;
    options_init(&options, &ignored);
    arguments_parse(&options, argc, argv, &help, &ignored);
    const bool list = !ignored.code && options.run.preset && !strcmp(options.run.preset, "list");
    options_release(&options);
    return help ? (tunes ? show_tune_help : show_help) : list ? show_presets : NULL;
}

/* Every rank has the same failure; rank 0 prints it. */
static int refuse(const struct session *session, const struct failure *why)
{
    if (session->cluster.rank == 0)
        console_error(why->text);
    return EXIT_REFUSED;
}

static void show_plan(const struct session *session, FILE *stream)
{
    struct text text = {0};
    const struct setup *setup = &session->setup;
    section_plans_describe(setup, &text);
    if (!setup->options.section_count)
        plan_describe(&setup->prepared[0]->plan, &setup->options.run, NULL, &text);
    prepare_describe_requests(setup->prepared[0], &text);
    setup_describe_sweep(setup, &text);
    setup_describe_tune(setup, &text);
    plan_describe_preset(&setup->prepared[0]->plan, &setup->options, &text);
    console_print_text(stream, text_string(&text));
    text_release(&text);
}

static bool replaces_result(const struct session *session)
{
    return session->setup.options.run.result && session->setup.options.run.overwrite;
}

static void warn_slow_rate(const struct session *session)
{
    const struct setup *setup = &session->setup;
    struct text text = {0};
    for (uint32_t i = 0; i < setup->prepared_count && !text.length; i++)
        plan_describe_slow_rate(&setup->prepared[i]->plan, &text);
    if (text.length)
        console_error(text_string(&text));
    text_release(&text);
}

/* Writes the result file before storage is changed, so that --cleanup works from then on; except
 * that an earlier result is replaced only when nothing can be refused any more. */
static int open_record(struct session *session, int argc, char *const *argv, struct failure *why)
{
    struct setup *setup = &session->setup;
    struct failure failure = {0};
    start_record(setup, argc, argv, &session->job, &session->record, &failure);
    if (setup_agree(setup, &failure, why))
        return why->code;
    if (session->cluster.rank == 0 && !replaces_result(session) && !setup->settled)
        result_claim(&setup->options, session->job.job_id, &session->record, &session->result_path,
                     &failure);
    return setup_agree_with_first(setup, &failure, why);
}

/* Creates the directories and completes the record before the first phase. */
static int open_datasets(struct session *session, struct failure *why)
{
    struct setup *setup = &session->setup;
    struct failure failure = {0};
    struct failure ignored = {0};
    const char *path = session->result_path;
    int result = setup_datasets(setup, why);
    if (!result) {
        start_record_targets(setup, &session->record, &failure);
        if (path) /* rank 0 */
            start_record_place(path, session->cluster.node, &session->record);
        if (!failure.code && advice_consider(&session->record)) /* rank 0 alone has one */
            failure_set(&failure, -ENOMEM, "not enough memory for the record");
        if (path && !failure.code && !store_save(path, &session->record, NULL, &failure))
            store_remove_temporaries(path);
        result = setup_agree(setup, &failure, why);
        if (result)
            setup_remove(setup, 0, &ignored);
    }
    if (result && path && !replaces_result(session))
        store_discard(path);
    return result;
}

/* Checks the paths of the result before directories are created, so that a bad path changes
 * nothing. */
static int check_result(struct session *session, struct failure *why)
{
    struct failure failure = {0};
    const struct outputs outputs = session_outputs(session);
    if (session->cluster.rank == 0 && !outputs_check(&outputs, &failure) &&
        !result_path(&session->setup.options, session->job.job_id, &session->result_path,
                     &failure) &&
        session->setup.tunes)
        session_check_settings(session, &failure);
    if (setup_agree_with_first(&session->setup, &failure, why))
        return why->code;
    return replaces_result(session) ? cleanup_refuse_remaining(&session->setup, why) : 0;
}

static int measure(struct session *session, int64_t started_ns)
{
    struct setup *setup = &session->setup;
    struct failure failure = {0};
    enum verdict verdict = VERDICT_FAILED;
    struct run run = {
        .cluster = &session->cluster,
        .setup = setup,
        .settings = &setup->options.run,
        .record = session->cluster.rank == 0 ? &session->record : NULL,
        .keeper = &session->keeper,
        .pending_call = setup->pending_call,
        .started_ns = started_ns,
        .carried_out = session->carried_out,
    };
    console_listen(&session->console, &run.listener);
    if (run.record)
        live_output_open(&session->console.output, run.settings->live, run.record);
    keeper_start(&session->keeper, session->result_path, &session->record, run.pending_call);
    keeper_set_farewell(&session->keeper, session_end_at_once, session, setup->tune);
    watchdog_start(&run);
    if (run_steps(&run, &verdict, &failure))
        verdict = verdict == VERDICT_FINE ? VERDICT_FAILED : verdict;
    session->given_up = run.given_up;
    session->carried_out = run.carried_out;
    if (run.stalled)
        watchdog_stop(&run); /* the stall has been reported, and the removal has its own limit */
    int code = verdict_exit_code(session_finish(session, verdict, run.stalled, &failure));
    watchdog_stop(&run);
    cluster_broadcast(&session->cluster, &code, sizeof code);
    return code;
}

static int run_cleanup(struct session *session)
{
    struct failure failure = {0};
    struct cleaned cleaned;
    bool first = session->cluster.rank == 0;
    cleanup(&session->setup, &cleaned, &failure);
    if (failure.code && first)
        console_error(failure.text);
    if (cleaned.begun && first && !session->setup.options.run.quiet)
        printf("removed %" PRIu64 " file%s and %" PRIu64 " director%s of run %s\n", cleaned.files,
               cleaned.files == 1 ? "" : "s", cleaned.folders, cleaned.folders == 1 ? "y" : "ies",
               cleaned.run_id);
    if (!failure.code)
        return 0;
    return cleaned.begun ? 1 : EXIT_REFUSED;
}

/* The trail of a search, for the record of the run that follows it. */
static void move_trail(struct record *from, struct record *to)
{
    to->tune = from->tune;
    to->tune_count = from->tune_count;
    to->tune_choices = from->tune_choices;
    to->tune_choice_count = from->tune_choice_count;
    to->tune_results = from->tune_results;
    to->tune_result_count = from->tune_result_count;
    from->tune = NULL;
    from->tune_choices = NULL;
    from->tune_results = NULL;
    from->tune_count = from->tune_choice_count = from->tune_result_count = 0;
}

/* The run of --auto: with the same command line and the settings that the search has settled on,
 * into the same result. */
static int run_settled(struct session *session, int argc, char *const *argv, int64_t started_ns)
{
    struct setup *setup = &session->setup;
    struct failure failure = {0};
    struct record trail = {0};
    struct text settled = {0};
    const int64_t load = setup->load_thousandths;
    const bool first = session->cluster.rank == 0;
    tuned_print_file(&session->record, setup->options.run.phases, false, &settled);
    if (settled.failed)
        failure_set(&failure, -ENOMEM, "not enough memory for the settings");
    move_trail(&session->record, &trail);
    if (first) { /* it took the environment from there */
        session->job.environment = session->record.job.environment;
        session->record.job.environment = NULL;
    }
    setup_release(setup);
    record_release(&session->record);
    session->record = (struct record){0};
    *setup = (struct setup){.cluster = &session->cluster,
                            .load_thousandths = load,
                            .settled = text_string(&settled),
                            .pending_call = first ? &session->pending_call : NULL};
    session->continues = false;
    int code = EXIT_REFUSED;
    if (setup_agree_with_first(setup, &failure, &failure) ||
        setup_options(setup, argc, argv, &failure) || setup_prepare(setup, &failure))
        refuse(session, &failure);
    else if (first && !setup->options.run.quiet)
        show_plan(session, stderr);
    if (!failure.code && open_record(session, argc, argv, &failure))
        refuse(session, &failure);
    move_trail(&trail, &session->record);
    if (!failure.code && open_datasets(session, &failure))
        refuse(session, &failure);
    if (!failure.code)
        code = measure(session, started_ns);
    else
        live_output_close(&session->console.output);
    setup->settled = NULL;
    text_release(&settled);
    record_release(&trail);
    return code;
}

static int run(struct session *session, int argc, char *const *argv, int64_t started_ns)
{
    struct setup *setup = &session->setup;
    struct failure failure = {0};
    bool first = session->cluster.rank == 0;
    setup->cluster = &session->cluster;
    if (setup_options(setup, argc, argv, &failure))
        return refuse(session, &failure);
    if (setup->options.run.cleanup)
        return run_cleanup(session);
    if (setup_prepare(setup, &failure))
        return refuse(session, &failure);
    console_init(&session->console, &setup->options);
    if (first)
        warn_slow_rate(session);
    if (setup->options.run.dry_run) {
        if (first)
            show_plan(session, stdout);
        return 0;
    }
    if (check_result(session, &failure))
        return refuse(session, &failure);
    if (first && !setup->options.run.quiet)
        show_plan(session, stderr);
    if (first) {
        pending_call_init(&session->pending_call);
        setup->pending_call = &session->pending_call;
    }
    if (open_record(session, argc, argv, &failure) || open_datasets(session, &failure))
        return refuse(session, &failure);
    session->continues = setup->options.run.automatic && !setup->tunes;
    const bool continues = session->continues;
    const int code = measure(session, started_ns);
    return code || !continues ? code : run_settled(session, argc, argv, started_ns);
}

int session_run(int argc, char *const *argv, bool tunes)
{
    struct host_launch launch;
    host_detect_launch(&launch);
    int (*const page)(int, char *const *) = find_page(argc, argv, tunes);
    if (page)
        return join_alone(argc, argv, page);
    struct session session = {0};
    struct failure failure = {0};
    int64_t started_ns = clock_now_ns();
    session.setup.load_thousandths = host_load_thousandths();
    session.setup.tunes = tunes;
    interrupt_install();
    if (host_detect_job(&session.job, &failure)) {
        if (launch.process == 0)
            console_error(failure.text);
        return EXIT_REFUSED;
    }
    int code = join(&session.cluster, &launch, argc, argv);
    interrupt_start_guard(
        NULL); /* without a guard, signals still work unless the main thread hangs */
    if (!code)
        code = run(&session, argc, argv, started_ns);
    fflush(stdout); /* a launcher may kill the other ranks as soon as the first has exited */
    if (session.given_up) {
        cluster_close(&session.cluster);
        _exit(code); /* threads that wait for storage still use the memory */
    }
    setup_release(&session.setup);
    record_release(&session.record);
    free(session.result_path);
    free(session.job.environment);
    cluster_close(&session.cluster);
    return code;
}

int cmd_run(int argc, char *const *argv)
{
    return session_run(argc, argv, false);
}
