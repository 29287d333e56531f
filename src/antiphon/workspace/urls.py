"""The addresses of the pages."""

from django.urls import path

from antiphon.workspace.views import campaigns, conversations, home, quarantine, tasks, workspace

urlpatterns = [
    path("", home.home, name="home"),
    path("conversations/", conversations.conversations, name="conversations"),
    path("conversations/<uuid:conversation_id>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/why/", conversations.why, name="why"),
    path("conversations/<uuid:conversation_id>/answers", conversations.answers, name="answers"),
    path("conversations/<uuid:conversation_id>/assignment", conversations.assignment, name="assignment"),
    path("conversations/<uuid:conversation_id>/transfer", conversations.transfer, name="transfer"),
    path("conversations/<uuid:conversation_id>/closure", conversations.closure, name="closure"),
    path("conversations/<uuid:conversation_id>/reopening", conversations.reopening, name="reopening"),
    path("conversations/<uuid:conversation_id>/link", conversations.link, name="link"),
    path("conversations/<uuid:conversation_id>/recall", conversations.recall, name="recall"),
    path("conversations/<uuid:conversation_id>/canned/", conversations.canned, name="canned"),
    path("workspace/", workspace.workspace, name="workspace"),
    path("goto/", workspace.goto, name="goto"),
    path("keys", workspace.keys, name="keys"),
    path("queues/<int:skill_id>/next", conversations.take_next, name="next"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/<int:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/state", campaigns.state, name="state"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/file/", tasks.file, name="task-file"),
    path("tasks/<int:task_id>/cancellation", tasks.cancellation, name="cancellation"),
    path("tasks/<int:task_id>/repetition", tasks.repetition, name="repetition"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
    path("quarantine/<uuid:arrival_id>/", quarantine.arrival, name="arrival"),
    path("quarantine/<uuid:arrival_id>/replay", quarantine.replay, name="replay"),
]
