// SPDX-License-Identifier: GPL-2.0-or-later
/* Only reads. People and programs are told the same. */
#include <jansson.h>
#include <stdlib.h>
#include "libvz/cleanup.h"
#include "libvz/log.h"
#include "vzmigrate/evacuate_tell.h"

const char *evac_how(const struct evac_ve *v)
{
	if (v->running || v->dumped || v->policy == EVAC_STAYS)
		return evac_policy_name(v->policy);
	return v->suspended ? "dump" : "cold";
}

static const char *word(const struct evac_ve *v, bool dry_run)
{
	switch (v->result) {
	case EVAC_MOVED:
		return dry_run ? "can move" : "moved";
	case EVAC_STAYED:
		return "stays";
	case EVAC_GONE:
		return "gone";
	default:
		return "failed";
	}
}

static json_t *object(const struct evac_ve *v, const char *host, const char *event)
{
	json_t *o = json_object();

	if (event)
		json_object_set_new(o, "event", json_string(event));
	json_object_set_new(o, "ve", json_integer(v->id));
	json_object_set_new(o, "how", json_string(evac_how(v)));
	if (v->from)
		json_object_set_new(o, "from", json_string(v->from));
	if (host)
		json_object_set_new(o, "to", json_string(host));
	return o;
}

static json_t *result(const struct evac_ve *v, const char *host, const char *event, bool dry_run)
{
	json_t *o = object(v, host, event);

	json_object_set_new(o, "result", json_string(word(v, dry_run)));
	json_object_set_new(o, "ms", json_real(v->took_us / 1000.0));
	if (v->frozen_ms > 0)
		json_object_set_new(o, "frozen_ms", json_real(v->frozen_ms));
	if (v->why)
		json_object_set_new(o, "why", json_string(v->why));
	return o;
}

static void put(FILE *f, json_t *o)
{
	json_dumpf(o, f, JSON_COMPACT);
	fputc('\n', f);
	fflush(f);
	json_decref(o);
}

void evac_tell_begin(FILE *json, const struct evac_ve *v, const char *host)
{
	if (json)
		put(json, object(v, host, "begin"));
	else
		vz_say("CT %u: %s to %s ...", v->id, evac_how(v), host);
}

void evac_tell_end(FILE *json, const struct evac_ve *v, const char *host, bool dry_run)
{
	if (json)
		put(json, result(v, host, "end", dry_run));
	else if (v->result == EVAC_MOVED && v->frozen_ms > 0)
		vz_say("CT %u: moved to %s in %.1f s, stood still for %.0f ms", v->id, host,
		       v->took_us / 1e6, v->frozen_ms);
	else if (v->result == EVAC_MOVED)
		vz_say("CT %u: %s to %s in %.1f s", v->id, word(v, dry_run), host,
		       v->took_us / 1e6);
	else
		vz_say("CT %u: %s%s%s", v->id, word(v, dry_run), v->why ? ": " : "",
		       v->why ? v->why : "");
}

void evac_tell_report(FILE *json, const struct evac_host *hosts, const struct evac_ve *ve, size_t n,
		      bool dry_run)
{
	unsigned int count[EVAC_GONE + 1] = { 0 };
	json_t *list = json ? json_array() : NULL;

	if (!json && n)
		vz_say("%10s %-9s %-8s %-20s %s", "CTID", "HOW", "RESULT", "HOST", "WHY");
	for (size_t i = 0; i < n; i++) {
		const struct evac_ve *v = &ve[i];
		const char *host = v->host >= 0 && v->result == EVAC_MOVED ? hosts[v->host].name :
									     v->from;

		count[v->result]++;
		if (json)
			json_array_append_new(list, result(v, host, NULL, dry_run));
		else
			vz_say("%10u %-9s %-8s %-20s %s", v->id, evac_how(v), word(v, dry_run),
			       host ? host : "here", v->why ? v->why : "");
	}
	if (json)
		put(json, json_pack("{s:s,s:i,s:i,s:i,s:i,s:o}", "event", "report", "moved",
				    count[EVAC_MOVED], "stayed", count[EVAC_STAYED], "gone",
				    count[EVAC_GONE], "failed",
				    count[EVAC_FAILED] + count[EVAC_OPEN], "ves", list));
	else
		vz_say("%u %s, %u stayed, %u gone, %u failed", count[EVAC_MOVED],
		       dry_run ? "can move" : "moved", count[EVAC_STAYED], count[EVAC_GONE],
		       count[EVAC_FAILED] + count[EVAC_OPEN]);
}
