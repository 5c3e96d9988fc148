// SPDX-License-Identifier: GPL-2.0-only
/* What ve/ is told of venet. Constant. */
#include <linux/init.h>
#include <vz/controller.h>
#include "class_files.h"
#include "direct.h"
#include "files.h"
#include "owner.h"
#include "proc.h"
#include "shape_files.h"
#include "traffic_files.h"

static struct cftype *const venet_all_files[] = {
	venet_files, venet_traffic_files, venet_class_files, venet_direct_files,
	venet_shape_files, NULL
};

static const struct ve_part venet_part = {
	.arm		= venet_arm,
	.offline	= venet_offline,
	.free		= venet_free,
	.show		= venet_show_addresses,
	.files		= venet_all_files,
};

static int __init venet_part_init(void)
{
	return ve_part_register(&venet_part);
}
subsys_initcall(venet_part_init);
