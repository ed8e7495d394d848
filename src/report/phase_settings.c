/* SPDX-License-Identifier: Apache-2.0 */
#include "phase_settings.h"

bool phase_settings_open(const struct record *record, struct options *options)
{
    struct failure ignored = {0};
    return options_init(options, &ignored) == 0 &&
           options_read(options, record->options ? record->options : "", "the result", SOURCE_FILE,
                        true, &ignored) == 0;
}

bool phase_settings(const struct options *options, const struct record_phase *phase,
                    struct settings *settings)
{
    struct failure ignored = {0};
    struct settings writer = {0};
    *settings = (struct settings){0};
    const size_t index = section_find(options, phase->section);
    if (index == options->section_count)
        return settings_copy(settings, &options->common, &ignored) == 0;
    const size_t other = section_find(options, options->sections[index].data);
    bool good = section_settings(options, index, settings, &ignored) == 0;
    if (good && other < options->section_count)
        good = section_settings(options, other, &writer, &ignored) == 0 &&
               section_adopt(settings, &writer, options->sections[index].phase, &ignored) == 0;
    settings_release(&writer);
    return good;
}

int64_t phase_settings_rate(const struct record *record, const struct record_phase *phase)
{
    struct options options;
    struct settings settings = {0};
    uint64_t rate = 0;
    if (phase_settings_open(record, &options) && phase_settings(&options, phase, &settings))
        rate = phase->unit == UNIT_BYTE ? settings.rate_bytes : settings.operation_rate;
    settings_release(&settings);
    options_release(&options);
    return rate < INT64_MAX / 65536 ? (int64_t)rate * phase->ranks_total : 0;
}
