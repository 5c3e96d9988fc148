// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include "libvz/commit.h"
#include "libvz/conf.h"
#include "libvz/err.h"
#include "libvz/making.h"
#include "vzctl/settle.h"

int settle_ve(unsigned int id, const struct vz_conf *usual, struct vz_err *e)
{
	cleanup_conf struct vz_conf *c = NULL;
	struct vz_err unread = { 0 };
	bool done = false;
	int ret = vz_conf_load(id, &c, &unread);

	vz_error_free(&unread);
	/* One that cannot be read is left as it is. */
	if (ret && ret != -ENOENT)
		return 0;
	ret = vz_commit_finish(c ? c : usual, &done, e);
	if (!ret && c && !done)
		ret = vz_making_settle(c, &done, e);
	return ret ? vz_error_context(e, "An earlier command on CT %u was cut off and cannot be "
				      "finished", id) : 0;
}
