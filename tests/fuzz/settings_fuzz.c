/* SPDX-License-Identifier: Apache-2.0 */
/* Settings files: accepted settings can be printed and read back unchanged; options_check handles
 * any of them. */
#include "target.h"

#include "options/options.h"

const char *const target_seeds[] = {
    "size = 4MiB\nphases = write,read\ntarget = /pfs/a\n",
    "# a remark\n\nlayout = shared # and one more\ntarget = \"/with space\\n\\x41\"\ntarget = b\n",
    "buffer-size = 1m\nbuffer-count = 64\nwriters = 4\nproducers = 2\nengine = uring\n",
    "label = \"a \\\"quoted\\\" word\"\nkeep = yes\nrate = 100MiB/s\nseed = 18446744073709551615\n",
    "time = 1.5h\nstall-abort = 30s\nfree-space-floor = 5\nverify\n",
    "size = 1\nsize = 2\n",
    "unknown = 1\n",
    "size\n= 4\n",
    "dedup-ratio = 2.5\ncompress-ratio = 1.5\ndedup-block = 4KiB\nrepeat = until=2%\n",
    NULL,
};

uint8_t *target_generate_seed(size_t *length)
{
    *length = 0;
    return NULL;
}

static void check_again(const struct options *options)
{
    struct options back;
    struct text first = {0}, second = {0};
    struct failure why = {0};
    HOLDS(options_init(&back, NULL) == 0);
    options_print_canonical(options, &first);
    if (options_read(&back, text_string(&first), "again", SOURCE_COMMAND_LINE, false, &why)) {
        fprintf(stderr, "%s\nin:\n%s", why.text, text_string(&first));
        abort();
    }
    options_print_canonical(&back, &second);
    HOLDS(!strcmp(text_string(&first), text_string(&second)));
    text_release(&first);
    text_release(&second);
    options_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = target_text(bytes, length);
    struct options options;
    struct failure why = {0};
    HOLDS(options_init(&options, NULL) == 0);
    int result = options_read(&options, text, "settings", SOURCE_FILE, false, &why);
    if (result) {
        HOLDS(why.code == result && why.text[0] && !strchr(why.text, '\n'));
    } else {
        check_again(&options);
        options_check(&options, NULL);
    }
    options_release(&options);
    free(text);
    return 0;
}
