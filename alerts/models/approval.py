from django.conf import settings
from django.db import models

from alerts.models.reply import Reply


class Approval(models.Model):
    """One person's approval of one exact text. How many are needed is a rule of the queue."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["reply", "by"], name="approval_once_a_person")]

    def __str__(self) -> str:
        return f"{self.by} approved {self.reply}"


class Redline(models.Model):
    """What an approver changed in a reply that waited for approval. Kept, whatever becomes of the reply."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="redlines")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    before = models.TextField()
    after = models.TextField()
    is_accepted = models.BooleanField(default=False)  # by the writer, who thereby has read it

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.by} changed {self.reply}"
