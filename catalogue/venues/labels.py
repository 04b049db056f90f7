"""What kinds of venues are called."""

from catalogue.core.words import _l
from catalogue.venues.models import VenueKind

KINDS = {
    VenueKind.COMMITTEE_ROOM: _l("居村活动室"),
    VenueKind.PARTY_SERVICE_CENTRE: _l("党群服务中心"),
    VenueKind.PARTY_SERVICE_STATION: _l("党群服务站"),
    VenueKind.TRAINING_ROOM: _l("实训课堂"),
    VenueKind.TEACHING_POINT: _l("现场教学点"),
    VenueKind.TRAINING_BASE: _l("实训基地"),
    VenueKind.GOVERNANCE_PARLOUR: _l("治理会客厅"),
    VenueKind.TOWN_HALL: _l("街镇会堂"),
}
