/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "options/options.h"
#include "unit.h"

static int check(const char *settings, struct failure *why)
{
    struct options options;
    assert_int_equal(options_init(&options, NULL), 0);
    if (options_read(&options, settings, "test", SOURCE_COMMAND_LINE, false, why))
        fail_msg("%s", why->text);
    int status = options_check(&options, why);
    options_release(&options);
    return status;
}

static void accepts_valid_options(void **state)
{
    (void)state;
    static const char *const good[] = {
        "target = /pfs",
        "target = /pfs\ntarget = /other\nsize = 1\nverify = yes",
        "target = /pfs\nphases = write,verify,read,read\nverify = yes\nshift = 3",
        "target = /dev/null\nphases = write\ngenerate = once\nengine = null",
        "target = /dev/null",
        "target = /pfs\nphases = write\nverify = no",
        "target = /pfs\nwriters = 4\nbuffer-count = 4\ndepth = 8",
        "target = /pfs\nwriters = 100",
        "target = /pfs\nseed = 0\nlabel = \"\"\nfree-space-floor = 99\nshift = none",
        "target = /pfs\nsize = 9223372036854775807",
        "target = /pfs\nsize = 4g\ntime = 30",
        "target = /pfs\ncompress-ratio = 1.25\ndedup-ratio = 3.7\ndedup-block = 512",
        "target = /pfs\ngenerate = once\nphases = write,read",
        "target = /pfs\nengine = pwritev\nbatch = 1024",
        "target = /pfs\nengine = uring\nfixed-buffers = require\nuring-sqpoll = yes",
        "target = /pfs\nuring-iopoll = yes\nuncached = no",
        "target = /pfs\ntime = 30\nequalise = yes\ntail-max = 5m",
        "target = /pfs\ntime = 30\nequalise = no\ntail-max = 5m",
        "target = /pfs\nphases = write,mixed,create,find\nread-fraction = 30%\nfind-name = x",
        "target = /pfs\nsize = 1g\nobjects-per-rank = 5\n[w]\nphase = write\n[c]\nphase = create",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct failure why = {0};
        if (check(good[i], &why))
            fail_msg("%s: %s", good[i], why.text);
    }
}

static void refuses_invalid_options(void **state)
{
    (void)state;
    static const struct {
        const char *settings;
        const char *contains;
    } bad[] = {
        {"", "no target"},
        {"target = \"\"", "empty name"},
        {"target = /a\ntarget = /a", "target '/a' is given twice"},
        {"target = /a\nsize = 4g\nsize-per-rank = 1g", "--size and --size-per-rank exclude"},
        {"target = /a\nsize-per-rank = 1\nsize-per-node = 1", "--size-per-rank and --size-per-no"},
        {"target = /a\nsize = 0", "--size is 0"},
        {"target = /a\nequalise = yes", "--equalise begins when --time is over, and no time"},
        {"target = /a\ntime = 1m\nequalise = yes\nuntil-steady = yes",
         "--equalise and --until-steady exclude each other"},
        {"target = /a\ntime = 1m\ntail-max = 1m", "--tail-max limits --equalise, which is not"},
        {"target = /a\nsize-per-rank = 0", "--size-per-rank is 0"},
        {"target = /a\nsize-per-node = 0", "--size-per-node is 0"},
        {"target = /a\ntime = 0", "--time is 0"},
        {"target = /a\nphases = verify,write", "reads before anything is written"},
        {"target = /a\nphases = rewrite", "rewrites before anything is written; start with write"},
        {"target = /a\nphases = write,read\nloop = yes",
         "--loop starts over until --time; add --time"},
        {"target = /a\nphases = write\nloop = yes\ntime = 1s",
         "--phases 'write' has nothing that --loop could start over; add read, rewrite or mixed"},
        {"target = /dev/null\nloop = yes\ntime = 1s", "'/dev/null' cannot be read, and --loop"},
        {"target = /a\nphases = mixed", "rewrites before anything is written; start with write"},
        {"target = /a\nphases = write,mixed,mixed,mixed,mixed,mixed,mixed,mixed,mixed,mixed",
         "rewrites more than 8 times in a row; put a write between"},
        {"target = /a\nphases = rewrite,write", "rewrites before anything is written"},
        {"target = /a\nphases = read,write,read", "reads before anything is written"},
        {"target = /a\ncompress-ratio = 0.99", "--compress-ratio is 0.99"},
        {"target = /a\ncompress-ratio = 16.5", "--compress-ratio is 16.5"},
        {"target = /a\ndedup-ratio = 0", "--dedup-ratio is 0"},
        {"target = /a\ndedup-ratio = 1001", "--dedup-ratio is 1001"},
        {"target = /a\ndedup-block = 0", "--dedup-block is 0"},
        {"target = /a\ndedup-block = 1000", "--dedup-block is 1000"},
        {"target = /a\ndedup-ratio = 2\nbuffer-size = 4k\ndedup-block = 8k",
         "larger than --buffer"},
        {"target = /a\ndedup-ratio = 2\ngenerate = once\nphases = write",
         "excludes --compress-ratio"},
        {"target = /a\nbuffer-size = 0", "--buffer-size is 0"},
        {"target = /a\nbuffer-count = 0", "--buffer-count is 0"},
        {"target = /a\nproducers = 0", "--producers is 0"},
        {"target = /a\nwriters = 0", "--writers is 0"},
        {"target = /a\ndepth = 0", "--depth is 0"},
        {"target = /a\nrate = 0/s", "--rate is 0"},
        {"target = /a\nengine = pwritev\nbatch = 0", "--batch is 0"},
        {"target = /a\nengine = pwritev\nbatch = 1025", "--batch is 1025"},
        {"target = /a\nengine = pwritev\nbatch = 8\ndepth = 4",
         "--depth 4 is smaller than --batch 8"},
        {"target = /a\nbatch = 2", "--batch needs --engine pwritev"},
        {"target = /a\nengine = pwrite\nuring-sqpoll = yes", "--uring-sqpoll needs --engine ur"},
        {"target = /a\nengine = pwrite\nuring-iopoll = yes", "--uring-iopoll needs --engine ur"},
        {"target = /a\nengine = pwritev\nfixed-buffers = require", "--fixed-buffers require ne"},
        {"target = /a\nuncached = yes\ndirect = require", "excludes --direct require"},
        {"target = /a\nuncached = yes\nuring-iopoll = yes", "excludes --uring-iopoll"},
        {"target = /a\nuring-iopoll = yes\ndirect = never", "needs O_DIRECT"},
        {"target = /a\nsize = 9223372036854775808", "--size is more than a file can hold"},
        {"target = /a\nwriters = 5\nbuffer-count = 4", "5 writers cannot share 4 buffers; use"},
        {"target = /a\nfree-space-floor = 100", "--free-space-floor is 100 percent"},
        {"target = /a\nphases = write,reed",
         "--phases: unknown phase 'reed' (known: write, rewrite, mixed, read, verify, create, "},
        {"target = /a\nphases = write,", "--phases: unknown phase ''"},
        {"target = /a\nphases = \"write, read\"", "--phases: unknown phase ' read'"},
        {"target = /a\nphases = \"\"", "--phases: the value is empty"},
        {"target = /a\nshift = 1.5", "--shift: '1.5' is not auto, none or a number"},
        {"target = /a\nresult = \"\"", "--result: the value is empty"},
        {"target = /a\nverify = yes\ngenerate = once", "--generate once writes the same buffers"},
        {"target = /a\nceilings = yes\ngenerate = once", "--generate once does not generate data"},
        {"target = /a\nceilings = yes\nengine = null", "--engine null stores nothing that --ceil"},
        {"target = /a\nceilings = yes\nphases = create", "--phases 'create' has none of them"},
        {"target = /a\nceilings = yes\n[m]\nphase = create", "no section has one"},
        {"target = /a\nphases = create,remove\nwarm-up = 1s",
         "moves no bytes, which --warm-up is for"},
        {"target = /a\nphases = write,verify\ngenerate = once", "--generate once writes the sa"},
        {"target = /a\nverify = yes\nengine = null", "--engine null stores nothing"},
        {"target = /a\nverify = yes\nphases = write", "--verify checks what read phases read"},
        {"target = /a\nobjects-per-rank = 5",
         "--objects-per-rank is for phases that count operations, such as create, and this run has "
         "none; add --phases, or leave it out"},
        {"target = /a\nphases = write,read\nread-fraction = 30%",
         "--read-fraction is for phase mixed, and this run has none; leave it out"},
        {"target = /a\nphases = create,stat\nfind-name = x", "--find-name is for phase find, and"},
        {"target = /a\nphases = create\nsize-per-node = 1g",
         "--size-per-node is for phases that move bytes, and this run has none; leave it out"},
        {"target = /a\nfan-out = 5\n[m]\nphase = write", "--fan-out is for phases that count op"},
        {"target = /dev/null\nphases = write,read", "'/dev/null' cannot be read"},
        {"target = /dev/null\nphases = verify", "'/dev/null' cannot be read"},
        {"target = /dev/null\nverify = yes", "'/dev/null' stores nothing that --verify"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct failure why = {0};
        assert_int_equal(check(bad[i].settings, &why), -EINVAL);
        assert_int_equal(why.code, -EINVAL);
        if (!strstr(why.text, bad[i].contains))
            fail_msg("'%s' lacks '%s'", why.text, bad[i].contains);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_valid_options),
        cmocka_unit_test(refuses_invalid_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
