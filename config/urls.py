"""The table of contents of the addresses."""

from django.urls import URLPattern, path

from dashboard import (
    accuracy_views,
    contact_views,
    exclusion_views,
    facility_list_views,
    facility_views,
    label_views,
    lexicon_views,
    mention_views,
    people_views,
    priority_views,
    reading_views,
    relevance_views,
    rule_views,
    sample_views,
    search_views,
    sign_in,
    source_views,
    story_views,
    stream,
    wall_views,
    watchlist_file_views,
    watchlist_history_views,
    watchlist_views,
)
from dashboard.cases import checks, moves, pages, staff
from hospital.views import healthz

urlpatterns: list[URLPattern] = [
    # The wall
    path("", wall_views.wall, name="wall"),
    path("wall/status/", wall_views.status, name="wall-status"),
    path("wall/older/<slug:column>/", wall_views.older, name="wall-older"),
    path("wall/stream/", stream.stream, name="wall-stream"),
    # Mentions
    path("search/", search_views.search, name="mention-search"),
    path("mentions/<int:pk>/", mention_views.detail, name="mention-detail"),
    path("mentions/<int:pk>/reveal/", mention_views.reveal, name="mention-reveal"),
    path("mentions/<int:pk>/story/", story_views.begin, name="mention-story"),
    path("mentions/<int:pk>/not-us/", exclusion_views.exclude, name="mention-exclude"),
    # What is left out
    path("exclusions/", exclusion_views.listing, name="exclusion-list"),
    path("exclusions/<int:pk>/", exclusion_views.detail, name="exclusion-detail"),
    path("exclusions/<int:pk>/undo/", exclusion_views.undo, name="exclusion-undo"),
    # Stories
    path("stories/<int:pk>/", story_views.detail, name="story-detail"),
    path("stories/<int:pk>/merge/", story_views.merge, name="story-merge"),
    path("stories/<int:pk>/split/", story_views.split, name="story-split"),
    path("stories/<int:pk>/undo/", story_views.undo, name="story-undo"),
    # Labels
    path("mentions/<int:pk>/label/", label_views.form, name="mention-label"),
    path("mentions/<int:pk>/label/panel/", label_views.panel, name="mention-label-panel"),
    path("mentions/<int:pk>/label/put/", label_views.put, name="mention-label-put"),
    path("mentions/<int:pk>/label/put/here/", label_views.put_here, name="mention-label-put-here"),
    path("labels/<int:pk>/undo/", label_views.undo, name="label-undo"),
    path("labels/<int:pk>/undo/here/", label_views.undo_here, name="label-undo-here"),
    # The weekly sample, and what it shows
    path("labels/sample/", sample_views.read, name="sample-read"),
    path("labels/sample/draw/", sample_views.draw, name="sample-draw"),
    path("labels/sample/<int:pk>/answer/", sample_views.answer, name="sample-answer"),
    path("labels/sample/<int:pk>/skip/", sample_views.skip, name="sample-skip"),
    path("labels/sample/<int:pk>/again/", sample_views.again, name="sample-again"),
    path("accuracy/", accuracy_views.accuracy, name="accuracy"),
    path("accuracy/mentions/", accuracy_views.behind, name="accuracy-mentions"),
    # Cases
    path("cases/", pages.listing, name="case-list"),
    path("cases/rows/", pages.rows, name="case-rows"),
    path("cases/queues/", pages.queues, name="case-queues"),
    path("cases/<int:pk>/", pages.detail, name="case-detail"),
    path("cases/<int:pk>/thread/", pages.thread, name="case-thread"),
    path("cases/<int:pk>/claim/", moves.claim, name="case-claim"),
    path("cases/<int:pk>/release/", moves.release, name="case-release"),
    path("cases/<int:pk>/take-over/", moves.take_over, name="case-take-over"),
    path("cases/<int:pk>/move/", moves.move, name="case-move"),
    path("cases/<int:pk>/severity/", moves.weigh, name="case-weigh"),
    path("cases/<int:pk>/restrict/", staff.restrict, name="case-restrict"),
    path("cases/<int:pk>/answer/", staff.answer, name="case-answer"),
    path("cases/<int:pk>/close/", moves.close, name="case-close"),
    path("cases/<int:pk>/reopen/", moves.reopen, name="case-reopen"),
    path("cases/<int:pk>/reveal/", moves.reveal, name="case-reveal"),
    # Replies
    path("cases/<int:pk>/reply/", moves.save, name="reply-save"),
    path("cases/<int:pk>/reply/autosave/", moves.autosave, name="reply-autosave"),
    path("cases/<int:pk>/reply/submit/", moves.submit, name="reply-submit"),
    path("cases/<int:pk>/reply/check/", checks.check, name="reply-check"),
    path("cases/<int:pk>/reply/verdict/", checks.verdict, name="reply-verdict"),
    path("replies/<int:pk>/override/", checks.override, name="reply-override"),
    path("replies/<int:pk>/approve/", moves.approve, name="reply-approve"),
    path("replies/<int:pk>/return/", moves.send_back, name="reply-return"),
    path("replies/<int:pk>/cancel/", moves.cancel, name="reply-cancel"),
    path("replies/<int:pk>/resolve/", moves.resolve, name="reply-resolve"),
    # Watchlists
    path("watchlists/", watchlist_views.listing, name="watchlist-list"),
    path("watchlists/new/", watchlist_views.create, name="watchlist-create"),
    path("watchlists/new/preview/", watchlist_views.preview_new, name="watchlist-try"),
    path("watchlists/<int:pk>/", watchlist_views.edit, name="watchlist-edit"),
    path("watchlists/<int:pk>/preview/", watchlist_views.preview, name="watchlist-preview"),
    # A watchlist over time
    path("watchlists/import/", watchlist_file_views.bring_in, name="watchlist-import"),
    path("watchlists/packs/", watchlist_file_views.packs, name="watchlist-packs"),
    path("watchlists/packs/<slug:pack>/", watchlist_file_views.from_pack, name="watchlist-pack"),
    path("watchlists/<int:pk>/file/", watchlist_file_views.file, name="watchlist-file"),
    path("watchlists/<int:pk>/export/", watchlist_file_views.export, name="watchlist-export"),
    path("watchlists/<int:pk>/history/", watchlist_history_views.history, name="watchlist-history"),
    path("watchlists/<int:pk>/precision/", relevance_views.precision, name="watchlist-precision"),
    path("watchlists/<int:pk>/precision/draw/", relevance_views.draw, name="watchlist-precision-draw"),
    path("relevance/<int:pk>/answer/", relevance_views.answer, name="relevance-answer"),
    path("relevance/<int:pk>/again/", relevance_views.again, name="relevance-again"),
    path("watchlists/<int:pk>/keep/", watchlist_history_views.keep, name="watchlist-keep"),
    path(
        "watchlists/<int:pk>/history/<int:number>/", watchlist_history_views.version, name="watchlist-version"
    ),
    path(
        "watchlists/<int:pk>/history/<int:number>/use/",
        watchlist_history_views.go_back,
        name="watchlist-go-back",
    ),
    # Facilities
    path("facilities/", facility_views.listing, name="facility-list"),
    path("facilities/try/", facility_views.attempt, name="facility-try"),
    path("facilities/new/", facility_views.create, name="facility-create"),
    path("facilities/lists/", facility_list_views.look_up, name="facility-lookup"),
    path("facilities/lists/upload/", facility_list_views.upload, name="facility-upload"),
    path("facilities/lists/add/", facility_list_views.add, name="facility-add"),
    path("facilities/<int:pk>/", facility_views.edit, name="facility-edit"),
    path("facilities/<int:pk>/try/", facility_views.rehearse, name="facility-rehearse"),
    path("facilities/<int:pk>/go-back/", facility_views.go_back, name="facility-go-back"),
    # How posts are read
    path("reading/", reading_views.home, name="reading"),
    path("reading/again/", reading_views.start, name="rereading-start"),
    path("reading/again/progress/", reading_views.progress, name="rereading-progress"),
    path("reading/again/stop/", reading_views.stop, name="rereading-stop"),
    path("reading/<slug:kind>/", lexicon_views.edit, name="lexicon-edit"),
    path("reading/<slug:kind>/preview/", lexicon_views.preview, name="lexicon-preview"),
    path("reading/<slug:kind>/<int:number>/", lexicon_views.version, name="lexicon-version"),
    path("reading/<slug:kind>/<int:number>/use/", lexicon_views.go_back, name="lexicon-go-back"),
    # Listed contacts
    path("contacts/", contact_views.listing, name="contact-list"),
    path("contacts/<int:pk>/remove/", contact_views.remove, name="contact-remove"),
    # Priority
    path("priority/", priority_views.edit, name="priority-edit"),
    # Rules
    path("rules/", rule_views.edit, name="rules-edit"),
    path("rules/<int:number>/", rule_views.version, name="rules-version"),
    path("rules/<int:number>/use/", rule_views.go_back, name="rules-go-back"),
    # Sources
    path("sources/", source_views.listing, name="source-list"),
    path("sources/new/", source_views.create, name="source-create"),
    path("sources/<int:pk>/", source_views.edit, name="source-edit"),
    path("sources/<int:pk>/pause/", source_views.pause, name="source-pause"),
    path("sources/<int:pk>/resume/", source_views.resume, name="source-resume"),
    path("sources/<int:pk>/poll/", source_views.poll_now, name="source-poll"),
    # People
    path("people/", people_views.listing, name="person-list"),
    path("memberships/<int:pk>/remove/", people_views.remove, name="membership-remove"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    # Health
    path("healthz", healthz, name="health"),
]
