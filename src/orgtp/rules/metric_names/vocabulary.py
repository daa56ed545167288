"""The words that tell an outcome from an activity, a machine's own measure and a wish. Data: a topic a line.

A phrase is whole words, in any spelling that `classifier` folds (plurals, -ise and -ize). Each tuple
says what it is for; docs/outcomes.md says how a metric is judged by them. An org adds its own in `policy.words`.
"""

from __future__ import annotations

# What a machine does. A word of time or speed makes no outcome of these: "latency within 200 ms".
RUNTIME = (
    "tokens, token usage, token count, token cost, token spend, token budget, prompt length",
    "prompt size, context window, context length, time to first token",
    "latency, p50, p90, p95, p99, ttft, round trip time, cold start, cold starts",
    "uptime, downtime, heartbeat, health check",
    "cache hits, cache hit rate, cache hit ratio, cache misses, hit ratio",
    "cpu, cpus, gpu, gpus, ram, vram, memory use, memory usage, memory used, disk use, disk usage, disk space",
    "bandwidth",
    "api calls, tool calls, function calls, rate limit, rate limits, embeddings, inference, inferences",
    "inference time",
    "error codes, status codes, http, 4xx, 5xx, timeouts, timeout rate, stack traces, exceptions thrown",
    "retries, retry rate, queue depth, queue length, steps per run, steps per task, job runs, cron runs",
    "rps, qps, tps, rpm, tpm, requests served, model cost, model spend, model calls, compute cost, page load",
    "build time",
)
# What a machine does where nothing else is said: a word of time is enough to make an outcome of these.
RUNTIME_MILD = ("throughput, response time p, processing time, execution time, run time, runtime",)
# The words of the first and of the second, near each other and in either order, are a machine's own measure too.
RUNTIME_PAIRS = (
    (
        ("api, server, system, database, endpoint, cluster, service, platform",),
        ("availability, response time, error rate",),
    ),
    (
        ("api, server, system, database, endpoint, cluster",),
        ("load, timeout, crash, crashes, failure rate",),
    ),
    (
        ("model, llm, ai, gpt, inference, compute, gpu",),
        ("cost, costs, spend, bill, usage, invocations",),
    ),
    (
        ("agent, bot, job, cron, cron job, script, pipeline, workflow",),
        ("runs, ran, executions, iterations, invocations",),
    ),
    (
        ("agent, bot",),
        ("steps, crash, crashes, restarts",),
    ),
    (
        ("tool, tool call, function, function call",),
        ("success rate, failure rate",),
    ),
)
# So many of the first per so much of the second.
RUNTIME_RATES = (
    ("request, task, call, query, job, transaction, operation, run, event, action, response, inference",),
    ("second, sec, minute, min, hour",),
)
# A machine's measure that is about clients is one of their own: what belongs to them …
CLIENT = ("client, customer",)
CLIENTS_OWN = ("website, web site, site, shop, web shop, store, system",)
# … and those of them of whom it is true: "clients who", "customers hit by".
OF_CLIENTS = ("who, whose, that, with, without, within, above, below, over, hit by, affected by",)

# Work done or attention had, whatever came of it.
ACTIVITY = (
    "page views, views, impressions, clicks, click through rate, ctr, sessions, hits, dwell time, time on page",
    "open rate, email opens, mail opens, followers, likes, retweets, downloads, installs",
    "brand mentions, post engagement, press mention, press mentions, press coverage, media coverage, news coverage",
    "social engagement",
    "unique visitors, website visitors, site visitors, website visits, web visits, site visits, page visits",
    "traffic, newsletter subscribers, email subscribers, youtube subscribers, webinar registrations",
    "email list size",
    "social media reach, social reach, post reach, organic reach, paid reach",
    "lines of code, story points, velocity, commits",
    "hours worked, hours logged, hours spent, time spent, talk time, handle time, handling time, training hours",
    "time online",
    "touchpoints, outreach volume, activity volume, busy time",
)
# Things and what is done to them: near each other and in either order, they are an activity.
ACTIVITY_PAIRS = (
    (
        (
            "message, email, mail, e mail, call, dial, dm, text, sms, letter, reply, response, follow up",
            "voicemail, reminder, invite, invitation, request, newsletter, notification, alert, survey, pitch",
            "conversation, chat, prompt, question, comment, mailing, campaign, proposal, quote, invoice, offer",
            "press release, greeting, status update",
        ),
        (
            "sent, sent out, sending, made, left, placed, written, drafted, answered, replied, taken, handled",
            "given, received, started, held, logged, opened, issued, delivered, launched, prepared, raised",
            "processed, posted, published",
        ),
    ),
    (
        (
            "meeting, demo, webinar, workshop, training, interview, review, visit, one to one, one on one, 1 1",
            "standup, stand up, presentation, event, phone screen, inspection, audit, check in, retrospective",
            "course, training hour, conference, site visit, code review, call, coaching, trade show, survey",
            "experiment, campaign",
        ),
        (
            "held, attended, given, done, run, delivered, conducted, made, hosted, organised, performed",
            "carried out, completed, scheduled, led, joined",
        ),
    ),
    (
        (
            "report, document, file, draft, article, blog, post, page, web page, slide, deck, summary",
            "spreadsheet, dashboard, brief, note, transcript, suggestion, recommendation, idea, insight, record",
            "entry, row, form, checklist, template, test, test case, script, image, video, macro, job posting",
            "job ad, expense report, purchase order, invoice, data point, field, query, keyword, log, ticket",
            "variant, mock up, asset, wiki page, case study, white paper, contract",
        ),
        (
            "written, generated, produced, created, prepared, published, drafted, made, processed, reviewed",
            "read, summarised, analysed, updated, edited, scanned, parsed, indexed, uploaded, translated",
            "classified, tagged, labelled, labeled, enriched, entered, posted, filled, filled in, completed",
            "sent, sent out, emailed, shared, circulated",
            "raised, checked, screened, used, scraped, crawled, extracted, imported, synced, monitored, tracked",
            "submitted, run, ran, executed, answered, touched, designed",
        ),
    ),
    (
        (
            "ticket, case, task, issue, bug, lead, prospect, request, chat, conversation, cv, resume, candidate",
            "application, item, card, claim, shipment, keyword, competitor, transaction, workflow, automation",
            "pull request, merge request, pr, commit, action, to do, step, deploy, deployment, alert, call",
            "story, incident, inquiry, enquiry, contact",
        ),
        (
            "touched, handled, processed, worked, worked on, opened, closed, reviewed, screened, triaged",
            "assigned, tagged, logged, contacted, called, emailed, messaged, updated, checked, researched",
            "tracked, monitored, completed, done, executed, run, triggered, performed, enriched, added, pushed",
            "merged, interviewed, sourced, created, raised, made, generated, captured, identified",
        ),
    ),
    (
        ("order, return, payment, delivery, parcel",),
        ("processed, handled, entered, tracked, touched",),
    ),
    (
        ("customer, client, account, supplier, partner, stakeholder, journalist",),
        ("contacted, called, emailed, messaged, touched, visited, served, pitched, checked in with",),
    ),
)
# "number of" these, these "per day" and these alone are an activity.
COUNTABLE = (
    "message, email, mail, call, dial, dm, text, sms, reply, follow up, voicemail, newsletter, outreach",
    "conversation, chat",
    "meeting, demo, interview, phone screen, webinar, visit, one to one, standup, training, presentation, event",
    "query, prompt, task, ticket, document, report, post, tweet, blog post, article, draft, summary, page",
    "press release",
    "commit, deployment, deploy, pull request, merge request, code review, test, experiment, action",
    "outreach email, sales call, cold email, cold call, connection request, proposal, touch, alert, lead",
)
COUNTED = ("number of, count of, volume of, total number of, amount of, how many",)
COUNTED_AFTER = (
    "count, volume, total, per day, per week, per month, per hour, a day, a week, a month, per agent, per rep",
)
# What may stand before one of them and leave it as bare as it is.
PLAIN = (
    "cold, outbound, inbound, sales, phone, outreach, total, daily, weekly, monthly, average, new, client",
    "customer, team, video, check in, support, email, linkedin, social, internal, all, the, our",
)

# What came of it. These clear an activity, a machine's measure and a wish.
RESULT = (
    "booked, sold, won, signed, closed won, bought, purchased, ordered, subscribed, upgraded, referred",
    "shortlisted",
    "paid, collected, recovered, refunded in time, reimbursed, reconciled, saved, earned, funded, matched",
    "renewed, retained, kept, returned to buy, reactivated, won back",
    "resolved, solved, settled, fixed, restored, unblocked, answered in full",
    "approved, accepted, adopted, granted, certified, passed, endorsed, ratified, audited clean, confirmed by",
    "hired, filled within, onboarded, promoted",
    "converted, led to, leading to, that became, who became, resulted in, resulting in, turned into, ended in",
    "ended with",
    "that got, which got, that brought, that won, that reached",
    "first time, first round, first look, first contact, first pass, first attempt, right first, at the first",
    "delivered on, went live, live on, in full, given back, as promised, as agreed",
    "billed, billed to, charged to, invoiced, invoiced to",
    "without human, without a human, without a person, without anyone, without help",
    "customer reported, client reported, user reported, reported by customer, reported by client, reported by user",
)
# What people do of their own accord is a result as well: the first of them, and then the second.
RESULT_WHO = (
    ("who, that, which",),
    (
        "ask, asked, request, requested, sign up, signed up, buy, pay, book, order, subscribe, renew, return",
        "returned, stay, stayed, come back, came back, upgrade, convert",
    ),
)
# So is what they noticed of the work: near each other and in either order.
RESULT_NOTICED = (
    ("customer, client, user, shopper, visitor, guest, patient, buyer, reader, member, people",),
    ("noticed, felt, complained, complain, suffered",),
)
# What the business is about. These clear an activity and a machine's measure; a wish for them stays a wish.
VALUE = (
    "revenue, profit, margin, cash, income, savings, roi, roas, return on, lifetime value, recurring revenue",
    "arr, mrr",
    "churn, retention, renewal, satisfaction, csat, nps, promoter, complaint, win rate, conversion",
    "conversion rate",
    "market share, attrition, booking, billable, customers lost, customers gained",
)
# By when. These clear an activity and a wish, and what is only mildly a machine's.
TIME = (
    "before, within, in time, on time, ahead of time, on date, on schedule, on the day, same day, next day",
    "deadline, sla",
    "on the agreed, on the promised, on the planned, on the due, on the right, by agreed, by the agreed",
    "by its due date",
    "under a, under an, under budget, within budget, on plan, in under",
)
# "by", "under" and "in" before one of these, or a figure, say when: "by the end of the week", but not "by the team".
WHEN_AFTER = ("by, by the, under, by the next, by end, in",)
WHEN = (
    "one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve",
    "noon, midnight, midday, lunch, lunchtime, morning, evening, tonight, tomorrow, eod, cob, close, end, start",
    "deadline",
    "monday, tuesday, wednesday, thursday, friday, saturday, sunday, working, first, second, third, fifth, tenth",
)
# How well it was done. These clear an activity.
QUALITY = (
    "error, mistake, wrong, wrongly, faulty, defect, rework, reopened, rejected, bounced, returned, failed",
    "refused",
    "without, correct, correctly, corrected, accurate, accurately, accuracy, valid, complete and correct, needed",
    "unanswered, unresolved, unread, overdue, missed, lost, duplicate, sent late, delivered late, answered late",
    "too late, qualified lead",
    "escaped, found by customers, reported by customers, on target, to standard, left open, still open, oldest",
)
# What looks like a result and is none.
NO_RESULT = (
    "paid search, paid media, paid social, paid ads, paid ad, paid traffic, paid clicks, paid impressions",
    "paid reach",
    "fixed price, fixed term, saved drafts, saved posts, accepted invites, booked hours, sold out, signed in",
    "signed up, tokens billed, billed tokens, billed by, invoiced by, billed to us, charged to us, invoiced to us",
)

# With a target of yes or no, a name that begins so is a wish …
WISH_FIRST = (
    "improve, improving, increase, increasing, reduce, reducing, decrease, decreasing, grow, growing, boost",
    "raise, lower",
    "optimise, optimising, enhance, enhancing, strengthen, streamline, maximise, minimise, accelerate, simplify",
    "modernise",
    "better, more, less, fewer, faster, higher, greater, stronger, happier, smarter, easier, cleaner, cheaper",
    "quicker",
    "support, help, drive, foster, promote, encourage, empower, enable, inspire, champion, leverage, embrace",
    "ensure",
    "be, become, being, provide, maintain, excel, strive, aim, focus on, continue, contribute, sell, transform",
    "expand",
)
# … or one that says so anywhere …
WISH_ANYWHERE = (
    "world class, best in class, the best, excellence, excellent, state of the art, as possible, next level",
    "top notch",
    "customer centric, data driven, second to none, outstanding",
)
# … or one that begins with the first of these, and praises something …
WISH_DEED = ("make, making, keep, keeping, deliver, give, offer, create, build, achieve, have, get, do",)
WISH_PRAISE = (
    "good, great, happy, amazing, awesome, fantastic, brilliant, superb, satisfied, delighted, delightful",
    "delight, seamless, smooth, strong, friendly, successful, effective, efficient, productive, reliable",
    "professional, innovative, creative, motivated, engaged, loyal, high quality, top quality",
    "better, faster, happier, easier, stronger, smarter, cheaper, quicker",
)
# … or one of nothing but praise, these virtues and the words after them: "Quality", "Great service".
WISH_VIRTUE = (
    "quality, value, happiness, satisfaction, success, growth, innovation, efficiency, effectiveness, performance",
    "productivity, teamwork, collaboration, communication, morale, culture, engagement, motivation, trust",
    "transparency, ownership, agility, professionalism, reliability, friendliness, loyalty, awareness, creativity",
    "leadership",
)
WISH_SOFT = (
    "the, a, an, our, my, their, every, all, and, of, for, to, with, in, is, are, very, always, high, highest",
    "customer, client, user, guest, people, team, staff, employee, colleague, partner, company, business, agency",
    "service, product, work, support, experience, data, code, brand, project, process, result, relationship",
)
# … but for these, and after these words it still begins.
NO_WISH = (
    "support ticket, support desk, support case, support request, support queue, support backlog, support mail",
    "support email, support call, support chat, support line, support hours, help desk, help article, help page",
    "help centre, help center, drive test, aim at zero, lower bound, focus group, focus on none",
)
BEFORE_WISH = ("to, we, will, must, should, want, please, always, also",)

# An outcome that says no more than that one belongs there.
NOTHING = (
    "tbd, tba, tbc, todo, to do, fixme, n a, na, none, nothing, null, nil, no, unknown, later, soon, placeholder",
    "xxx, x",
    "to be defined, to be decided, to be done, to be written, to be announced, not known, not yet, not yet known",
    "not defined",
    "to be determined, not set, fill in, fill me in, outcome, the outcome, an outcome, business outcome",
    "lorem ipsum, not applicable, dunno, no idea, pending, empty, same, see above, see name, ditto, whatever",
    "something here",
)
