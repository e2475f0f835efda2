// SPDX-License-Identifier: MIT
/* libFuzzer: lines of the control socket, all of them to one device. */
#include "common/control.h"
#include "common/vfu.h"
#include "models.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct axm_device *make(void)
{
	struct axm_device_config config = {
		.ops = axm_model_find("testdev"),
		.bus_ops = &vfu_bus_ops,
	};
	struct axm_device *dev;
	struct vfu *vfu;

	if (axm_loop_create(&config.loop) || vfu_create(config.loop, &vfu))
		abort();
	config.bus = vfu;
	if (axm_device_create(&config, &dev) || vfu_attach(vfu, dev))
		abort();
	return dev;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct axm_device *dev;
	char *text, *line, *save, *answer = NULL;
	size_t length = 0;
	FILE *out;

	if (!dev)
		dev = make();
	text = malloc(size + 1);
	out = open_memstream(&answer, &length);
	if (!text || !out)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		axm_control_line(dev, line, out);
	fclose(out);
	free(answer);
	free(text);
	axm_device_remove(dev, false);
	axm_device_reset(dev, AXM_RESET_POWER);
	return 0;
}
