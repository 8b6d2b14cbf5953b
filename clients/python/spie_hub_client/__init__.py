"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from .add_to_follow_up_group import AddToFollowUpGroup
from .agenda import Agenda
from .apply_to_job import ApplyToJob
from .appointments import Appointments
from .changes import Changes
from .collect_social_situation import CollectSocialSituation
from .decide_orientation import DecideOrientation
from .draft_contract import DraftContract
from .end_follow_up import EndFollowUp
from .end_subscription import EndSubscription
from .find_person import FindPerson
from .journey import Journey
from .journey_risks import JourneyRisks
from .orientations import Orientations
from .persons import Persons
from .place_in_training import PlaceInTraining
from .propose_immersion import ProposeImmersion
from .record_appointment import RecordAppointment
from .refer_to_service import ReferToService
from .renew_contract import RenewContract
from .runtime.access import Access
from .runtime.answers import Answer
from .runtime.async_hub import AsyncHub
from .runtime.errors import FieldError, HubError, Incomplete, NotSigned, NotUnderstood, Refused, StartAgain, TokenRefused, Unreachable, Withheld
from .runtime.exchange import Retries
from .runtime.hub import Hub
from .runtime.notifications import Notification, WithdrawnPerson, read_notification
from .runtime.pages import Page
from .runtime.tokens import BearerTokens, ClientCredentials, Tokens
from .runtime.vocabulary import Decision, Purpose, Reason
from .services import Services
from .set_appointment_status import SetAppointmentStatus
from .set_difficulty_state import SetDifficultyState
from .set_referent import SetReferent
from .sign_contract import SignContract
from .sign_own_contract import SignOwnContract
from .subscribe_to_changes import SubscribeToChanges
from .subscriptions import Subscriptions

__all__ = [
    "Access",
    "AddToFollowUpGroup",
    "Agenda",
    "Answer",
    "ApplyToJob",
    "Appointments",
    "AsyncHub",
    "BearerTokens",
    "Changes",
    "ClientCredentials",
    "CollectSocialSituation",
    "DecideOrientation",
    "Decision",
    "DraftContract",
    "EndFollowUp",
    "EndSubscription",
    "FieldError",
    "FindPerson",
    "Hub",
    "HubError",
    "Incomplete",
    "Journey",
    "JourneyRisks",
    "NotSigned",
    "NotUnderstood",
    "Notification",
    "Orientations",
    "Page",
    "Persons",
    "PlaceInTraining",
    "ProposeImmersion",
    "Purpose",
    "Reason",
    "RecordAppointment",
    "ReferToService",
    "Refused",
    "RenewContract",
    "Retries",
    "Services",
    "SetAppointmentStatus",
    "SetDifficultyState",
    "SetReferent",
    "SignContract",
    "SignOwnContract",
    "StartAgain",
    "SubscribeToChanges",
    "Subscriptions",
    "TokenRefused",
    "Tokens",
    "Unreachable",
    "WithdrawnPerson",
    "Withheld",
    "read_notification",
]
