/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of a VE. Each is one row of setting.def, and that is the only
 * place that knows it: reading and writing configurations, vzctl set, --help,
 * vzlist, completion and the lists of the man pages are made from the rows.
 * The table is constant; nothing here has state or takes a lock.
 */
#ifndef LIBVZ_SETTING_H
#define LIBVZ_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include "libvz/conf_data.h"
#include "libvz/value.h"

enum vz_type {
	/* A string in struct vz_conf: */
	VZ_T_TEXT,	/* any text */
	VZ_T_PATH,	/* an absolute path, $VEID is replaced */
	VZ_T_LIST,	/* words with blanks between */
	VZ_T_WORD,	/* one of names */
	VZ_T_ONOFF,	/* "a:on b:off" of names */
	VZ_T_YESNO,	/* yes, no, or unset */
	/* Something else: */
	VZ_T_BOOL,	/* yes or no: bool */
	VZ_T_UINT,	/* min to max: unsigned int */
	VZ_T_RATE,	/* bytes or operations a second, 0 is none: long */
	VZ_T_BASE,	/* first id of a range: unsigned int */
	VZ_T_PAIR,	/* "first[:second]" in unit, kept as two plain numbers: struct vz_limit */
	VZ_T_UB,	/* barrier and limit of a beancounter: struct vz_limit */
	VZ_T_IPS,	/* addresses: struct vz_ips */
};

enum {
	VZ_S_HOST = 1,		/* of the host: no setting of a VE */
	VZ_S_OWN = 2,		/* of one VE: a sample does not have it */
	VZ_S_RESTART = 4,	/* a running VE follows at its next start */
	VZ_S_STOPPED = 8,	/* a running VE refuses it */
	VZ_S_SAVE = 16,		/* only the configuration knows it */
	VZ_S_KEPT = 32,		/* kept and shown, but nothing enforces it yet */
	VZ_S_VERB = 64,		/* another option for the variable of another row */
	VZ_S_CREATE = 128,	/* an option of create, too */
	VZ_S_NOTHING = 256,	/* of the classic tools: kept for scripts, without a meaning */
	VZ_S_VE0 = 512,		/* scripts set it of the host, VE 0, too; others it does not have */
};

/**
 * struct vz_setting - one row; what is left out does not apply
 * @var: variable in the configuration
 * @old_var: its name in older files
 * @option: long options with blanks between, the first is the one that is shown
 * @letter: the option's one-letter form
 * @arg: what help calls the argument
 * @type, @unit, @min, @max, @names: what values there are; no @max is INT_MAX
 * @valid: more than the type says about it: 0 or -EINVAL
 * @off: member of struct vz_conf; 0: the text in the file is all there is
 * @ub: row of the beancounter
 * @flags: VZ_S_*
 * @def: value when nothing is said
 * @knobs: files of the VE's cgroup that the row's live function writes; undo writes
 *	back what was there. Without, undo is the function with its arguments exchanged
 * @field, @head, @width: column of vzlist; a negative width is left-aligned
 * @help: first a short sentence for --help; all of it is in the man page
 */
struct vz_setting {
	const char *var, *old_var;
	const char *option;
	char letter;
	const char *arg;
	enum vz_type type;
	enum vz_unit unit;
	long min, max;
	const char *const *names;
	int (*valid)(const char *value);
	size_t off;
	enum ub_resource ub;
	unsigned int flags;
	const char *def;
	const char *knobs;
	const char *field, *head;
	int width;
	const char *help;
};

enum vz_setting_id {
#define ROW(sym, live, take, ...)	VZ_SET_##sym,
#include "libvz/setting.def"
#undef ROW
	VZ_NR_SETTINGS
};

extern const struct vz_setting vz_settings[VZ_NR_SETTINGS];

/* By variable, also by its old name; NULL: not ours. */
const struct vz_setting *vz_setting_by_var(const char *var);
const struct vz_setting *vz_setting_by_option(const char *word);
/* The row of a beancounter; NULL for those that are dummies. */
const struct vz_setting *vz_setting_of_ub(enum ub_resource r);
/* Long option number n of a row, NULL behind the last; buf of 32. */
const char *vz_setting_option(const struct vz_setting *s, unsigned int n, char *buf);

/* Value into the member of c; NULL and "" mean unset. -EINVAL leaves the old value. */
int vz_setting_assign(struct vz_conf *c, const struct vz_setting *s, const char *value);
/* Free what the rows hold in c. */
void vz_settings_free(struct vz_conf *c);

/* Names of ve.features, words of NETFILTER and EVACUATE; NULL at the end. */
extern const char *const vz_feature_names[], *const vz_netfilter_names[];
extern const char *const vz_evacuate_names[];
/* Of VE_STOP_MODE and VE_REBOOT_FAIL. */
extern const char *const vz_stop_names[], *const vz_reboot_fail_names[];
/* A feature of OpenVZ that is open to each VE: taken and kept, no word for the kernel. */
bool vz_feature_is_free(const char *name);
/* One of OpenVZ that no VE can have: why; else NULL. Static text. */
const char *vz_feature_closed(const char *name);
/* "none", "pages:N", "privvmpages:N". */
int vz_meminfo_valid(const char *value);
/* A decimal number that is no less than 0. */
int vz_factor_valid(const char *value);
bool vz_is_name(const char *const *names, const char *word);
/* "a:on,b:off" with known names only; blanks or commas between. */
bool vz_onoff_valid(const char *const *names, const char *list);
/* ":on" or ":off" behind a known name, in capitals too; leaves the name as the list has it. */
bool vz_onoff_split(const char *const *names, char *word, bool *on);

/* Name of a beancounter's variable (upper case), NULL for the dummy rows; its unit. */
const char *vz_ub_var(enum ub_resource r);
enum vz_unit vz_ub_unit(enum ub_resource r);
/* Row by lower-case name, negative when there is none. */
int vz_ub_find(const char *name);

#endif /* LIBVZ_SETTING_H */
