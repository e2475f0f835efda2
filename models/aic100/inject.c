// SPDX-License-Identifier: MIT
#include "core.h"

const struct axm_command aic100_commands[] = { { 0 } };
