// SPDX-License-Identifier: GPL-2.0-or-later
/* vzctl with all its commands. What users call is main-vzctl.c, which comes here. */
#include "vzctl/cmd_check_host.h"
#include "vzctl/cmd_check_migratable.h"
#include "vzctl/cmd_chkpnt.h"
#include "vzctl/cmd_clone.h"
#include "vzctl/cmd_convert.h"
#include "vzctl/cmd_create.h"
#include "vzctl/cmd_destroy.h"
#include "vzctl/cmd_events.h"
#include "vzctl/cmd_exec.h"
#include "vzctl/cmd_explain.h"
#include "vzctl/cmd_export.h"
#include "vzctl/cmd_import.h"
#include "vzctl/cmd_logs.h"
#include "vzctl/cmd_mount.h"
#include "vzctl/cmd_quota.h"
#include "vzctl/cmd_register.h"
#include "vzctl/cmd_rename.h"
#include "vzctl/cmd_runscript.h"
#include "vzctl/cmd_set.h"
#include "vzctl/cmd_snapshot.h"
#include "vzctl/cmd_snapshot_switch.h"
#include "vzctl/cmd_start.h"
#include "vzctl/cmd_status.h"
#include "vzctl/cmd_top.h"
#include "vzctl/cmd_ubc.h"
#include "vzctl/cmd_wait.h"
#include "vzctl/dispatch.h"
#include "vzctl/set_parse.h"
#include "vzctl/settle.h"

static const struct cmd cmds[] = {
	{ "create", cmd_create, CMD_LOCK | CMD_KERNEL | CMD_DRY | CMD_SAVES,
	  "[--ostemplate <name>] [--config <name>] [--layout dir|simfs|overlay]\n"
	  "\t[--hostname <name>] [--name <name>] [--ipadd <addr>] [--description <text>]\n"
	  "\t[--private <path>] [--root <path>] [--local_uid <uid>]\n"
	  "\t[--diskspace <soft>[:<hard>]] [--diskinodes <soft>[:<hard>]]" },
	{ "destroy", cmd_destroy, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_DRY | CMD_FREES, "" },
	{ "delete", cmd_destroy, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_DRY | CMD_FREES, NULL },
	{ "snapshot", cmd_snapshot, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL,
	  "[--id <uuid>] [--name <name>] [--description <text>] [--skip-suspend] [--skip-config]" },
	{ "snapshot-switch", cmd_snapshot_switch,
	  CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL | CMD_SAVES,
	  "--id <uuid> [--skip-resume] [--must-resume] [--skip-config]" },
	{ "snapshot-delete", cmd_snapshot_delete, CMD_LOCK | CMD_CONF, "--id <uuid>" },
	{ "snapshot-mount", cmd_snapshot_mount, CMD_LOCK | CMD_CONF, "--id <uuid> --target <dir>" },
	{ "snapshot-umount", cmd_snapshot_umount, CMD_LOCK | CMD_CONF, "--id <uuid>" },
	{ "snapshot-list", cmd_snapshot_list, CMD_CONF,
	  "[-H] [-o <field>[,<field> ...]] [--id <uuid>] [-L]" },
	{ "clone", cmd_clone, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SAVES,
	  "[--name <name>] <new ctid>" },
	{ "move", cmd_move, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SAVES, "<private>" },
	{ "rename", cmd_rename, CMD_LOCK | CMD_CONF | CMD_SAVES, "<new ctid>" },
	{ "unregister", cmd_unregister, CMD_LOCK | CMD_CONF | CMD_FREES, "[--force]" },
	{ "register", cmd_register, CMD_IDS | CMD_HOST_OK, "<private> <ctid> [--force]" },
	{ "convert", cmd_convert, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SAVES,
	  "--layout dir|overlay" },
	{ "mount", cmd_mount, CMD_LOCK | CMD_CONF | CMD_KERNEL, "" },
	{ "umount", cmd_umount, CMD_LOCK | CMD_CONF | CMD_KERNEL, "" },
	{ "quotaon", cmd_quotaon, CMD_LOCK | CMD_CONF | CMD_KERNEL, "" },
	{ "quotaoff", cmd_quotaoff, CMD_LOCK | CMD_CONF | CMD_KERNEL, "" },
	{ "quotainit", cmd_quotainit, CMD_LOCK | CMD_CONF | CMD_KERNEL, "" },
	{ "start", cmd_start, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL | CMD_DRY,
	  "[--force] [--wait] [--skip_arpdetect]" },
	{ "stop", cmd_stop, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL | CMD_DRY,
	  "[--fast] [--skip-umount]" },
	{ "restart", cmd_restart, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL | CMD_DRY,
	  "[--force] [--wait] [--fast] [--skip_arpdetect]" },
	{ "status", cmd_status, 0, "[--format table|json|csv]" },
	{ "set", cmd_set, CMD_LOCK | CMD_KERNEL | CMD_FORCE | CMD_SEAL | CMD_HOST_OK | CMD_DRY,
	  "[--save] [--<option> <value> ...]" },
	{ "ubc", cmd_ubc, CMD_KERNEL | CMD_HOST_OK | CMD_IDS,
	  "[<ctid> ...] [--relative] [--failed] [--raw] [--peek] [--check]\n"
	  "\t[--format table|json]" },
	{ "check-host", cmd_check_host, CMD_IDS | CMD_HOST_OK, "[--fix] [--json]" },
	{ "check-migratable", cmd_check_migratable,
	  CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL | CMD_ALL, "[--freeze]" },
	{ "check-migratable --all", cmd_check_all_migratable,
	  CMD_IDS | CMD_HOST_OK | CMD_KERNEL | CMD_SEAL, "[--freeze] [--format table|json|csv]" },
	{ "explain", cmd_explain, CMD_CONF | CMD_KERNEL, "[--format table|json]" },
	{ "enter", cmd_enter, CMD_CONF | CMD_KERNEL | CMD_SEAL, "[--exec <command> [arg ...]]" },
	{ "exec", cmd_exec, CMD_CONF | CMD_KERNEL | CMD_SEAL, "<command> [arg ...] | -" },
	{ "exec2", cmd_exec2, CMD_CONF | CMD_KERNEL | CMD_SEAL, "<command> [arg ...] | -" },
	{ "exec3", cmd_exec3, CMD_CONF | CMD_KERNEL | CMD_SEAL, NULL },
	{ "console", cmd_console, CMD_CONF | CMD_KERNEL | CMD_SEAL, "[<tty>]" },
	{ "runscript", cmd_runscript, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL, "<script>" },
	{ "wait", cmd_wait, CMD_KERNEL | CMD_SEAL,
	  "[--for down|running|up] [--timeout <seconds>]" },
	{ "events", cmd_events, CMD_KERNEL | CMD_HOST_OK | CMD_IDS, "[<ctid> ...]" },
	{ "top", cmd_top, CMD_KERNEL | CMD_HOST_OK | CMD_IDS,
	  "[<ctid> ...] [--batch] [--rounds <number>] [--delay <seconds>]\n"
	  "\t[--format table|json|csv]" },
	{ "logs", cmd_logs, 0, "[--lines <number>] [--follow]" },
	{ "compact", cmd_compact, CMD_CONF, "" },
	{ "suspend", cmd_chkpnt, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL,
	  "[--dumpfile <dir>] [--suspend|--resume|--kill]" },
	{ "chkpnt", cmd_chkpnt, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL, NULL },
	{ "resume", cmd_restore, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL,
	  "[--dumpfile <dir>] [--resume|--kill] [--skip_arpdetect]" },
	{ "export", cmd_export, CMD_LOCK | CMD_CONF, "[--base <older file>] <file>|-" },
	{ "import", cmd_import, CMD_LOCK | CMD_SAVES, "<file>|- | <file> <increment> ..." },
	{ "restore", cmd_restore, CMD_LOCK | CMD_CONF | CMD_KERNEL | CMD_SEAL, NULL },
};

int main(int argc, char **argv)
{
	const struct dispatch d = {
		.cmds = cmds, .n = sizeof(cmds) / sizeof(cmds[0]), .help = set_help,
		.settle = settle_ve,
	};

	return dispatch_command(&d, argc, argv);
}
