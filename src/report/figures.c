/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include <math.h>
#include <stdio.h>

#include "base/units.h"

/* By hand, because printf takes the decimal point from the locale. */
void figures_fixed(double value, int decimals, char out[FIGURES_TEXT])
{
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    uint64_t power = powers[decimals];
    double scaled = fabs(value) * (double)power;
    if (!(scaled < 1e18)) {
        snprintf(out, FIGURES_TEXT, "n/a");
        return;
    }
    uint64_t parts = (uint64_t)(scaled + 0.5);
    const char *sign = value < 0 && parts > 0 ? "-" : "";
    if (decimals == 0)
        snprintf(out, FIGURES_TEXT, "%s%llu", sign, (unsigned long long)parts);
    else
        snprintf(out, FIGURES_TEXT, "%s%llu.%0*llu", sign, (unsigned long long)(parts / power),
                 decimals, (unsigned long long)(parts % power));
}

double figures_rate(int64_t amount, int64_t time_ns)
{
    return amount > 0 && time_ns > 0 ? (double)amount / ((double)time_ns * 1e-9) : 0;
}

double figures_row_rate(const struct record_row *row, enum amount_unit unit)
{
    return figures_rate(record_row_amount(row, unit), row->counters.end_ns);
}

static int decimals_of(double value)
{
    if (value >= 1000)
        return 0;
    if (value >= 100)
        return 1;
    if (value >= 1 || value <= 0)
        return 2;
    return value >= 0.1 ? 3 : 4;
}

void figures_rate_text(double bytes_per_second, double unit, char out[FIGURES_TEXT])
{
    double value = bytes_per_second / unit;
    figures_fixed(value, decimals_of(value), out);
}

void figures_amount_rate(double per_second, enum amount_unit unit, char out[FIGURES_TEXT])
{
    figures_rate_text(per_second, unit == UNIT_BYTE ? 1073741824.0 : 1000, out);
}

const char *figures_amount_unit(enum amount_unit unit)
{
    return unit == UNIT_BYTE ? "GiB/s" : "kop/s";
}

void figures_count(double rate, char out[FIGURES_TEXT])
{
    figures_fixed(rate, rate >= 99.95 ? 0 : rate >= 9.995 ? 1 : 2, out);
}

void figures_rate_cell(double per_s, enum amount_unit unit, char out[FIGURES_TEXT])
{
    char number[FIGURES_TEXT];
    figures_amount_rate(per_s, unit, number);
    snprintf(out, FIGURES_TEXT, "%.40s%s", number, unit == UNIT_OPERATION ? " kop/s" : "");
}

void figures_rate_in(double per_s, enum amount_unit unit, char out[FIGURES_TEXT])
{
    char cell[FIGURES_TEXT];
    figures_rate_cell(per_s, unit, cell);
    snprintf(out, FIGURES_TEXT, "%.40s%s", cell, unit == UNIT_BYTE ? " GiB/s" : "");
}

void figures_share(int64_t part, int64_t whole, char out[FIGURES_TEXT])
{
    if (whole <= 0) {
        snprintf(out, FIGURES_TEXT, "-");
        return;
    }
    char number[FIGURES_TEXT];
    double share = (double)part / (double)whole * 100;
    figures_fixed(share, share > 0 && share < 9.95 ? 1 : 0, number);
    snprintf(out, FIGURES_TEXT, "%.40s %%", number);
}

void figures_latency(int64_t ns, char out[FIGURES_TEXT])
{
    if (ns < 0)
        snprintf(out, FIGURES_TEXT, "n/a");
    else
        units_format_duration(ns, out);
}
