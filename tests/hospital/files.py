"""Small lists of invented hospitals, in the formats of the public ones."""

CMS_HEAD = (
    '"Facility ID","Facility Name","Address","City/Town","State","ZIP Code","County/Parish",'
    '"Telephone Number","Hospital Type"'
)
CMS_ROWS = (
    "990001,ST. BRANNOC'S HOSPITAL & CLINICS,12 TARN STREET,ALDER FALLS,OH,44001,VALE,(419) 555-0110,Acute",
    '990002,"QUILL BAY MEDICAL CENTER, LLC",500 HARBOR ROAD,QUILL BAY,OH,44002,VALE,(419) 555-0111,Acute',
    "990003,LARKMOOR MEMORIAL HOSPITAL,1 MILL LANE,LARKMOOR,OH,44003,VALE,(419) 555-0112,Acute",
    "990004,LARKMOOR MEMORIAL HOSPITAL,77 PINE AVENUE,DUNMERE,ME,04999,VALE,(207) 555-0113,Acute",
)
CMS = "\n".join([CMS_HEAD, *CMS_ROWS, ""])


def nhs_row(code: str, name: str, *lines: str, postcode: str = "ZZ1 1ZZ") -> str:
    cells = [code, name, "Y00", "QZZ", *lines, postcode, "20010401", *[""] * 16]
    return ",".join(f'"{cell}"' for cell in cells)


NHS = "\n".join(
    [
        nhs_row("XZ1", "TARNSIDE AND VALE NHS TRUST", "TARN HALL", "ST BRANNOC RD", "", "TARNSIDE", "VALE"),
        nhs_row("XZ2", "THE DUNMERE NHS FOUNDATION TRUST", "DUNMERE INFIRMARY", "", "", "DUNMERE", ""),
        "",
    ]
)
