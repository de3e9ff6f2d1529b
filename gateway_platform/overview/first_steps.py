"""What a new organisation still has to do before its first request; the overview shows it while it has nothing else."""

from dataclasses import dataclass, replace

from routing.models import Deployment, ProviderAccount, Route
from tenants.models import ApiKey, Organization


@dataclass(frozen=True)
class Step:
    title: str
    text: str
    url_name: str
    permission: str
    done: bool
    is_next: bool = False


def first_steps(organization: Organization) -> list[Step]:
    """In the order in which they make sense."""
    rows = {"organization": organization}
    steps = [
        Step("Add a provider", "An address that answers, such as OpenAI or your own vLLM.",
             "provider-create", "providers.manage", ProviderAccount.objects.filter(**rows).exists()),
        Step("Add a deployment", "One of its models. A test tells whether it answers.",
             "deployment-create", "providers.manage", Deployment.objects.filter(**rows).exists()),
        Step("Put a route in front", "A model name of your own that stays when providers change.",
             "route-create", "routes.manage", Route.objects.filter(**rows).exists()),
        Step("Give an app a key", "It comes with a first request to paste.",
             "key-create", "keys.manage", ApiKey.objects.filter(**rows).usable().exists()),
    ]  # fmt: skip
    following = next((step for step in steps if not step.done), None)
    return [replace(step, is_next=step is following) for step in steps]
