// SPDX-License-Identifier: MIT
/*
 * See site.h. All who ask between two samples share one answer, so that many
 * cost little more than one.
 */
#include "site.h"

#include "page.h"

#include <errno.h>
#include <microhttpd.h>
#include <string.h>

int site_init(struct site *site, const struct watch *watch)
{
	*site = (struct site){ .watch = watch };
	site->page = server_response(live_page, live_page_size, false,
				     "text/html; charset=utf-8");
	return site->page ? 0 : -ENOMEM;
}

void site_release(struct site *site)
{
	struct MHD_Response *const responses[] = {
		site->page,
		site->metrics.response,
		site->live.response,
	};

	for (size_t i = 0; i < sizeof(responses) / sizeof(responses[0]); i++)
		if (responses[i])
			MHD_destroy_response(responses[i]);
}

/* Those who still read the one of before keep it. */
static unsigned int replace(struct site_answer *answer, struct text *text,
			    const char *type)
{
	if (answer->response)
		MHD_destroy_response(answer->response);
	answer->response = NULL;
	if (text->failed)
		text_release(text);
	else
		answer->response =
			server_response(text->data, text->size, true, type);
	return answer->response ? MHD_HTTP_OK : MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned int answer_metrics(struct site *site,
				   const struct server_request *request,
				   struct MHD_Response **response)
{
	const struct watch *watch = site->watch;
	unsigned int status = MHD_HTTP_OK;
	struct text text = {};

	if (!site->metrics.response ||
	    site->metrics.number != watch->history.count) {
		metrics_write(&text, watch->monitor, &watch->tally,
			      &watch->self);
		site->metrics.number = watch->history.count;
		status = replace(&site->metrics, &text, METRICS_TYPE);
	}
	*response = site->metrics.response;
	return status;
}

static unsigned int answer_live(struct site *site,
				const struct server_request *request,
				struct MHD_Response **response)
{
	const struct watch *watch = site->watch;
	unsigned int status = MHD_HTTP_OK;
	struct text text = {};
	uint64_t since;

	if (!live_parse_since(request->since, &since))
		return MHD_HTTP_BAD_REQUEST;
	if (!site->live.response || site->live.number != watch->history.count ||
	    site->live.since != since) {
		live_write(&text, watch->monitor, &watch->history, &watch->live,
			   since);
		site->live.number = watch->history.count;
		site->live.since = since;
		status = replace(&site->live, &text, LIVE_TYPE);
	}
	*response = site->live.response;
	return status;
}

static unsigned int answer_page(struct site *site,
				const struct server_request *request,
				struct MHD_Response **response)
{
	*response = site->page;
	return MHD_HTTP_OK;
}

struct place {
	const char *path;
	unsigned int (*answer)(struct site *site,
			       const struct server_request *request,
			       struct MHD_Response **response);
};

static const struct place places[] = {
	{ "/", answer_page },
	{ "/metrics", answer_metrics },
	{ "/api/live.json", answer_live },
};

unsigned int site_answer(void *data, const struct server_request *request,
			 struct MHD_Response **response)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].path, request->path) == 0)
			return places[i].answer(data, request, response);
	return MHD_HTTP_NOT_FOUND;
}
