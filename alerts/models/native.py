from django.db import models
from django.db.models.functions import MD5

from alerts.models.case import Case


class NativeReply(models.Model):
    """An answer in our own name that somebody wrote on the network itself, as it was found there."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="native_replies")
    external_id = models.CharField(max_length=300)
    text = models.TextField()
    url = models.CharField(max_length=2000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "native replies"
        ordering = ["id"]
        constraints = [
            # An answer that is changed there is another one to read: Google keeps one id for all of them.
            models.UniqueConstraint("case", "external_id", MD5("text"), name="native_reply_once")
        ]

    def __str__(self) -> str:
        return f"Native reply {self.pk} to {self.case}"
