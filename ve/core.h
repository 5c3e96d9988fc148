/* SPDX-License-Identifier: GPL-2.0-only */
/* The VE object: see core.c. */
#ifndef _VE_CORE_H
#define _VE_CORE_H

#include <vz/controller.h>

extern const char *const ve_state_names[VE_NR_STATES];
extern const char *const ve_feature_names[VE_NR_FEATURES];

int ve_next_state(enum ve_state from, enum ve_state to, bool init, bool empty);
int ve_set_state(struct ve *ve, enum ve_state to);
int ve_set_features(struct ve *ve, u64 features);
int ve_set_uid(struct ve *ve, kuid_t uid);
int ve_bind(struct ve *ve, u32 id);
void ve_unlist(struct ve *ve);
bool ve_may_enter(const struct ve *from, const struct ve *to);

#endif /* _VE_CORE_H */
