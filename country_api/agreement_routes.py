"""The agent's routes by which main_api compares its users with ours."""

from flask import Response
from flask_openapi3 import APIBlueprint

from common.access_control import callers
from common.flask_app import answer
from country_api.agreement import Agreement
from models.agreement import AgreementAnswer, AgreementQuestion, BucketsQuestion, HeldUsers
from models.codes import Service


def agreement_api(agreement: Agreement) -> APIBlueprint:
    api = APIBlueprint("agreement", __name__)

    @api.post("/agreement", responses={200: AgreementAnswer})
    @callers(Service.MAIN_API)
    def compare(body: AgreementQuestion) -> Response:
        return answer(agreement.compare(body))

    @api.post("/agreement/users", responses={200: HeldUsers})
    @callers(Service.MAIN_API)
    def held_users(body: BucketsQuestion) -> Response:
        return answer(agreement.held(body))

    return api
