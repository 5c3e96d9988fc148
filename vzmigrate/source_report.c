// SPDX-License-Identifier: GPL-2.0-or-later
/* Only reads the state of the move; what comes from the peer was cleaned by timeline.c. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libvz/cleanup.h"
#include "libvz/clock.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/file.h"
#include "vzmigrate/source_report.h"
#include "vzmigrate/source_state.h"

const char *report_phase_name(int phase)
{
	static const char *const text[] = {
#define MIG_PHASE_TEXT(sym, t)	[PHASE_##sym] = t,
		MIG_PHASES(MIG_PHASE_TEXT)
#undef MIG_PHASE_TEXT
	};

	return text[phase];
}

/* ---- lines of JSON ------------------------------------------------------------- */

static double ms(uint64_t us)
{
	return us / 1000.0;
}

static void begin_line(const struct mig_src *s, const char *event)
{
	fprintf(s->o->json, "{\"event\":\"%s\",\"ve\":%u,\"ms\":%.3f", event, s->o->id,
	       ms(vz_now_us() - s->start_us));
}

void report_phase(const struct mig_src *s)
{
	if (!s->o->json)
		return;
	begin_line(s, "phase");
	fprintf(s->o->json, ",\"phase\":\"%s\",\"rounds\":%u,\"sent\":%" PRIu64 "}\n",
	       report_phase_name(s->phase), s->rounds, s->w.sent);
	fflush(s->o->json);
}

void report_end(const struct mig_src *s, int err)
{
	if (!s->o->json)
		return;
	begin_line(s, "end");
	fprintf(s->o->json, ",\"moved\":%s,\"predicted_ms\":%.3f,\"frozen_ms\":%.3f,\"rounds\":%u,"
	       "\"files_bytes\":%" PRIu64 ",\"last_pass_bytes\":%" PRIu64
	       ",\"memory_bytes\":%" PRIu64 ",\"last_memory_bytes\":%" PRIu64
	       ",\"sent\":%" PRIu64 ",\"received\":%" PRIu64 ",\"phases\":{",
	       err ? "false" : "true", ms(s->predicted_us), ms(s->frozen_us), s->rounds,
	       s->first_bytes, s->last_bytes, s->memory_bytes, s->image_bytes, s->w.sent,
	       s->w.received);
	for (int i = 0; i < MIG_NR_PHASES; i++)
		fprintf(s->o->json, "%s\"%s\":%.3f", i ? "," : "", report_phase_name(i),
			ms(s->phase_us[i]));
	fprintf(s->o->json, "},\"freeze\":[");
	for (unsigned int i = 0; i < s->timeline.n; i++) {
		const struct timeline_step *t = &s->timeline.step[i];

		fprintf(s->o->json, "%s{\"what\":\"", i ? "," : "");
		for (const char *p = t->what; *p; p++)
			fprintf(s->o->json, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
		fprintf(s->o->json, "\",\"there\":%s,\"at_ms\":%.3f,\"ms\":%.3f}",
		       t->there ? "true" : "false",
		       ms(t->at_us - s->timeline.start_us), ms(t->us));
	}
	fprintf(s->o->json, "]}\n");
	fflush(s->o->json);
}

/* ---- the page ------------------------------------------------------------------- */

static void text(FILE *f, const char *p)
{
	for (; *p; p++)
		switch (*p) {
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '&':
			fputs("&amp;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc(*p, f);
		}
}

/* A bar from at to at + us of all. */
static void bar(FILE *f, const char *what, const char *side, uint64_t at, uint64_t us, uint64_t all)
{
	const double scale = all ? 100.0 / all : 0;

	fprintf(f, "<tr><td>");
	text(f, what);
	fprintf(f, "</td><td class=n>%.1f ms</td><td class=b><i class=\"%s\" "
		   "style=\"margin-left:%.2f%%;width:%.2f%%\"></i></td></tr>\n",
		ms(us), side, at * scale, us * scale);
}

static void figure(FILE *f, const char *name, const char *fmt, double value)
{
	fprintf(f, "<tr><td>%s</td><td class=n>", name);
	fprintf(f, fmt, value);
	fputs("</td></tr>\n", f);
}

static void figures(FILE *f, const struct mig_src *s)
{
	const double mib = 1048576.0;

	fputs("<table>\n", f);
	if (s->mode == MIG_ONLINE) {
		figure(f, "predicted to stand still", "%.0f ms", ms(s->predicted_us));
		figure(f, "stood still", "%.0f ms", ms(s->frozen_us));
		if (s->o->max_freeze_ms)
			figure(f, "was allowed to", "%.0f ms", s->o->max_freeze_ms);
		figure(f, "rounds over the memory", "%.0f", s->rounds);
		figure(f, "memory sent while it ran", "%.1f MiB", s->memory_bytes / mib);
		figure(f, "memory sent in the freeze", "%.1f MiB", s->image_bytes / mib);
	}
	figure(f, "files sent before", "%.1f MiB", s->first_bytes / mib);
	figure(f, "files sent in the last pass", "%.1f MiB", s->last_bytes / mib);
	figure(f, "on the wire, both ways", "%.1f MiB", (s->w.sent + s->w.received) / mib);
	fputs("</table>\n", f);
}

static void write_page(FILE *f, const struct mig_src *s, int err, const char *why)
{
	uint64_t all = 0, at = 0;

	fprintf(f, "<!DOCTYPE html>\n<html lang=en><meta charset=utf-8>"
		   "<title>Migration of VE %u</title>\n<style>"
		   "body{font:15px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
		   "table{border-collapse:collapse;width:100%%;margin-bottom:2em}"
		   "td{padding:.2em .5em;border-bottom:1px solid #ddd;white-space:nowrap}"
		   ".n{text-align:right}.b{width:60%%}"
		   "i{display:block;height:1em;min-width:1px;background:#37a}"
		   "i.there{background:#c72}"
		   "</style>\n<h1>VE %u ", s->o->id, s->o->id);
	fputs(err ? "stayed here" : "moved to ", f);
	if (!err)
		text(f, s->o->host);
	fputs("</h1>\n", f);
	if (err && why) {
		fputs("<p>", f);
		text(f, why);
		fputs("</p>\n", f);
	}
	figures(f, s);
	for (int i = 0; i < MIG_NR_PHASES; i++)
		all += s->phase_us[i];
	fputs("<h2>Phases</h2>\n<table>\n", f);
	for (int i = 0; i < MIG_NR_PHASES; i++) {
		if (s->phase_us[i])
			bar(f, report_phase_name(i), "here", at, s->phase_us[i], all);
		at += s->phase_us[i];
	}
	fputs("</table>\n", f);
	if (s->timeline.n) {
		fputs("<h2>While it stood still</h2>\n<p>Blue is here, orange there.</p>\n"
		      "<table>\n", f);
		for (unsigned int i = 0; i < s->timeline.n; i++) {
			const struct timeline_step *t = &s->timeline.step[i];

			bar(f, t->what, t->there ? "there" : "here",
			    t->at_us - s->timeline.start_us, t->us,
			    s->timeline.end_us - s->timeline.start_us);
		}
		fputs("</table>\n", f);
	}
	fputs("</html>\n", f);
}

int report_page(const struct mig_src *s, const char *path, int err, const char *why,
		struct vz_err *e)
{
	cleanup_free char *page = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&page, &len);
	int ret;

	if (!f)
		return vz_error_sys(e, VZ_NOMEM, -ENOMEM, "report");
	write_page(f, s, err, why);
	ret = fclose(f) ? -errno : vz_replace_file(path, page, len, 0644);
	return ret ? vz_error_sys(e, VZ_SYSTEM, ret, "write the report %s", path) : 0;
}
