//! How shippers and merchants spell the keys of a person's data.

use super::names::Country;
use super::person::Person;
use super::rng::Rng;

/// A habit of naming keys; one body keeps to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// `IdCard`, as the API's own fields.
    Pascal,
    /// `idCardNo`.
    Camel,
    /// `id_card_no`.
    Snake,
    /// `OcrIdCard`, as recognition results.
    Ocr,
    /// `身份证号`: the words of the country's language.
    Local,
}

impl Habit {
    /// Any habit; the local one least.
    pub fn any(r: &mut Rng) -> Self {
        use Habit::*;
        r.one(&[
            Pascal, Pascal, Pascal, Camel, Camel, Snake, Snake, Ocr, Local,
        ])
    }
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Field {
    Name,
    LatinName,
    FamilyName,
    GivenName,
    Id,
    Passport,
    Phone,
    Email,
    Card,
    Birth,
    Address,
    Gender,
    Nation,
    Authority,
    Validity,
    Image,
    Video,
}

/// The key for a field of a person's data.
pub fn spell(field: Field, habit: Habit, p: &Person, r: &mut Rng) -> &'static str {
    use Field::*;
    use Habit::*;
    let options: &[&'static str] = match (field, habit) {
        (Id, Local) => return local_id(p, r),
        (Id, _) if r.chance(0.35) => return country_id(p, habit, r),
        (Name, Local) => local_name(p.country),
        (Name, Pascal) => &[
            "Name",
            "Name",
            "FullName",
            "RealName",
            "CustomerName",
            "HolderName",
            "UserRealName",
            "IdCardName",
        ],
        (Name, Camel) => &[
            "name",
            "fullName",
            "realName",
            "custName",
            "applicantName",
            "idCardName",
            "cardHolderName",
        ],
        (Name, Snake) => &[
            "name",
            "full_name",
            "real_name",
            "holder_name",
            "customer_name",
            "id_name",
            "NAME",
        ],
        (Name, Ocr) => &["OcrName", "Name", "NameCn", "name_cn"],
        (LatinName, Camel) => &["nameEn", "englishName", "latinName"],
        (LatinName, Snake) => &["name_en", "english_name", "passport_name"],
        (LatinName, _) => &["EnName", "EnglishName", "NameEn", "RomanizedName"],
        (FamilyName, Camel) => &["lastName", "surname", "familyName"],
        (FamilyName, Snake) => &["last_name", "surname", "family_name"],
        (FamilyName, _) => &["LastName", "Surname", "FamilyName"],
        (GivenName, Camel) => &["firstName", "givenName", "givenNames"],
        (GivenName, Snake) => &["first_name", "given_names", "given_name"],
        (GivenName, _) => &["FirstName", "GivenName", "GivenNames"],
        (Id, Pascal) => &[
            "IdCard",
            "IdCard",
            "Idcard",
            "IdNumber",
            "IdCardNumber",
            "IdNum",
            "CertNo",
            "IdNo",
            "DocumentNumber",
        ],
        (Id, Camel) => &[
            "idCard",
            "idCardNo",
            "idNumber",
            "certNo",
            "identityNo",
            "documentNumber",
            "idNo",
        ],
        (Id, Snake) => &[
            "id_card",
            "id_number",
            "id_no",
            "cert_no",
            "identity_number",
            "document_number",
            "ID_NO",
        ],
        (Id, Ocr) => &["OcrIdCard", "IdNum", "IdNumber", "OtherIdNum"],
        (Passport, Local) => match p.country {
            Country::Cn => &["护照号", "护照号码"],
            Country::Hk | Country::Tw | Country::Mo => &["護照號碼"],
            Country::Jp => &["旅券番号"],
            Country::Kr => &["여권번호"],
            Country::Vn => &["Số hộ chiếu"],
            _ => &["PassportNo"],
        },
        (Passport, Snake) => &["passport_no", "passport_number"],
        (Passport, Camel) => &["passportNo", "passportNumber"],
        (Passport, _) => &["PassportNo", "PassportNumber", "PassNo"],
        (Phone, Local) => match p.country {
            Country::Cn => &["手机号", "联系电话", "手机号码"],
            Country::Hk | Country::Tw | Country::Mo => &["手機號碼", "聯絡電話", "電話"],
            Country::Jp => &["電話番号", "携帯電話番号"],
            Country::Kr => &["전화번호", "휴대폰번호"],
            Country::Th => &["เบอร์โทรศัพท์", "โทรศัพท์"],
            Country::Vn => &["Số điện thoại", "SĐT"],
            Country::Id => &["nomorHp", "no_hp", "telepon"],
            Country::My => &["noTelefon", "telefon"],
            _ => &["Phone"],
        },
        (Phone, Pascal | Ocr) => &["Phone", "Mobile", "PhoneNumber", "MobileNo", "Tel"],
        (Phone, Camel) => &[
            "phone",
            "mobile",
            "phoneNumber",
            "mobilePhone",
            "contactPhone",
        ],
        (Phone, Snake) => &["phone", "mobile_no", "phone_number", "tel", "contact_phone"],
        (Email, Pascal | Ocr) => &["Email", "EmailAddress"],
        (Email, _) => &["email", "mail", "e_mail"],
        (Card, Local) if p.country == Country::Cn => &["银行卡号", "卡号"],
        (Card, Snake) => &["bank_card", "card_no", "bank_card_no", "account_no"],
        (Card, Camel) => &["bankCard", "cardNo", "bankCardNo", "bankAccount"],
        (Card, _) => &["BankCard", "CardNo", "BankCardNumber"],
        (Birth, Local) => match p.country {
            Country::Cn => &["出生日期", "出生"],
            Country::Hk | Country::Tw | Country::Mo => &["出生日期", "生日"],
            Country::Jp => &["生年月日"],
            Country::Kr => &["생년월일"],
            Country::Th => &["วันเกิด", "วันเดือนปีเกิด"],
            Country::Vn => &["Ngày sinh"],
            Country::Id => &["tanggalLahir", "tgl_lahir"],
            Country::My => &["tarikhLahir"],
            _ => &["DateOfBirth"],
        },
        (Birth, Camel) => &["birthDate", "birthday", "dateOfBirth", "dob"],
        (Birth, Snake) => &["birth_date", "date_of_birth", "birthday", "dob", "birth"],
        (Birth, Ocr) => &["OcrBirth", "Birth"],
        (Birth, Pascal) => &["Birth", "BirthDate", "Birthday", "DateOfBirth", "DOB"],
        (Address, Local) => match p.country {
            Country::Cn => &["住址", "地址", "家庭住址"],
            Country::Hk | Country::Tw | Country::Mo => &["地址", "住址", "戶籍地址"],
            Country::Jp => &["住所"],
            Country::Kr => &["주소"],
            Country::Th => &["ที่อยู่"],
            Country::Vn => &["Địa chỉ", "Nơi thường trú"],
            Country::Id | Country::My => &["alamat", "Alamat"],
            _ => &["Address"],
        },
        (Address, Ocr) => &["OcrAddress", "Address"],
        (Address, Pascal) => &["Address", "HomeAddress", "ResidentialAddress"],
        (Address, Camel) => &["address", "homeAddress", "residentialAddress"],
        (Address, Snake) => &["address", "home_address", "registered_address"],
        (Gender, Local) => match p.country {
            Country::Cn | Country::Hk | Country::Mo => &["性别"],
            Country::Tw | Country::Jp => &["性別"],
            Country::Kr => &["성별"],
            Country::Th => &["เพศ"],
            Country::Vn => &["Giới tính"],
            Country::Id => &["jenisKelamin", "jenis_kelamin"],
            Country::My => &["jantina"],
            _ => &["Gender"],
        },
        (Gender, Ocr) => &["OcrGender", "Sex"],
        (Gender, Pascal) => &["Sex", "Gender"],
        (Gender, _) => &["sex", "gender"],
        (Nation, Local) => &["民族"],
        (Nation, Ocr) => &["OcrNation", "Nation"],
        (Nation, Pascal) => &["Nation", "Ethnicity"],
        (Nation, _) => &["nation", "ethnicity"],
        (Authority, Local) => &["签发机关"],
        (Authority, Ocr) => &["OcrAuthority", "Authority", "SigningOrganization"],
        (Authority, Pascal) => &["Authority", "IssuingAuthority", "SigningOrganization"],
        (Authority, Camel) => &["authority", "issueAuthority"],
        (Authority, Snake) => &["authority", "issuing_authority"],
        (Validity, Local) => &["有效期限", "有效期"],
        (Validity, Ocr) => &["OcrValidDate", "ValidDate"],
        (Validity, Pascal) => &["ValidDate", "ValidityEnd", "ExpiryDate"],
        (Validity, Camel) => &["validDate", "expiryDate", "expireDate"],
        (Validity, Snake) => &["valid_date", "expiry_date", "expire_date"],
        (Image, Local | Pascal) => &[
            "ImageBase64",
            "FaceImage",
            "BestFrameBase64",
            "Portrait",
            "ImageA",
            "IdCardFrontImg",
            "Picture",
            "Avatar",
        ],
        (Image, Ocr) => &["OcrFront", "Portrait", "IdCardImage", "Avatar"],
        (Image, Camel) => &[
            "imageBase64",
            "faceImage",
            "bestFrame",
            "idPhoto",
            "portrait",
            "selfie",
            "frontImage",
        ],
        (Image, Snake) => &[
            "image_base64",
            "face_image",
            "best_frame",
            "id_photo",
            "selfie_image",
            "picture",
        ],
        (Video, Camel) => &["videoBase64", "livenessVideo"],
        (Video, Snake) => &["video_base64", "liveness_video"],
        (Video, _) => &["VideoBase64", "LivenessVideo"],
    };
    r.one(options)
}

fn local_name(country: Country) -> &'static [&'static str] {
    match country {
        Country::Cn => &["姓名", "客户姓名", "真实姓名", "持卡人姓名"],
        Country::Hk | Country::Tw | Country::Mo => &["姓名", "中文姓名", "持卡人姓名"],
        Country::Jp => &["氏名", "お名前"],
        Country::Kr => &["성명", "이름"],
        Country::Th => &["ชื่อ", "ชื่อ-นามสกุล"],
        Country::Vn => &["Họ và tên", "Họ tên", "ho_ten", "hoTen"],
        Country::Id => &["nama", "namaLengkap", "nama_lengkap"],
        Country::My => &["nama", "NamaPenuh"],
        Country::Ph => &["pangalan", "Name"],
        Country::In => &["नाम", "Name"],
        Country::Sg | Country::Asia => &["Name", "FullName"],
    }
}

fn local_id(p: &Person, r: &mut Rng) -> &'static str {
    match p.country {
        Country::Cn => r.one(&["身份证号", "身份证号码", "公民身份号码", "证件号码"]),
        Country::Hk | Country::Mo => r.one(&["身份證號碼", "證件號碼"]),
        Country::Tw => r.one(&["身分證字號", "身分證號", "身分證統一編號"]),
        Country::Jp if p.id.plain.bytes().all(|b| b.is_ascii_digit()) => {
            r.one(&["個人番号", "マイナンバー"])
        }
        Country::Jp => r.one(&["在留カード番号", "在留カードNo"]),
        Country::Kr => r.one(&["주민등록번호", "주민번호"]),
        Country::Th => r.one(&["เลขประจำตัวประชาชน", "เลขบัตรประชาชน"]),
        Country::Vn => r.one(&["Số CCCD", "soCCCD", "số định danh"]),
        Country::Id => r.one(&["NIK", "nomorKtp", "no_ktp"]),
        Country::My => r.one(&["noKadPengenalan", "NoKP"]),
        _ => country_id(p, Habit::Pascal, r),
    }
}

fn country_id(p: &Person, habit: Habit, r: &mut Rng) -> &'static str {
    let pascal = matches!(habit, Habit::Pascal | Habit::Ocr | Habit::Local);
    let (upper, lower): (&[&'static str], &[&'static str]) = match p.country {
        Country::Cn => (
            &["IdCard", "IdCardNo", "CitizenIdNumber"],
            &["idcard", "id_card_num", "citizenNo"],
        ),
        Country::Hk => (
            &["HKID", "HkidNo", "HKIDNumber"],
            &["hkid", "hkidNo", "hkid_number"],
        ),
        Country::Mo => (&["BIR", "MacauId", "IdNumber"], &["bir_no", "macauId"]),
        Country::Tw => (&["IdNo", "NationalId", "TwId"], &["national_id", "idNo"]),
        Country::Sg => (
            &["NRIC", "NricFin", "NricNo", "FIN"],
            &["nric", "nricNumber", "nric_no"],
        ),
        Country::Th => (
            &["CitizenId", "ThaiId", "NationalId"],
            &["citizen_id", "thaiId", "citizenIdNo"],
        ),
        Country::My => (
            &["MyKad", "NRIC", "IcNumber", "MykadNo"],
            &["mykad", "ic_no", "icNumber"],
        ),
        Country::Id => (
            &["NIK", "KtpNo", "NikNumber"],
            &["nik", "ktp_number", "noKtp"],
        ),
        Country::Ph => (
            &["PhilsysId", "NationalId", "UmidNo", "IdNumber"],
            &["philsys_id", "national_id", "idNumber"],
        ),
        Country::Vn => (
            &["CCCD", "CmndNo", "CitizenId"],
            &["cccd", "cmnd", "citizen_id"],
        ),
        Country::Jp => (
            &["MyNumber", "ResidenceCardNo", "IdNumber"],
            &["my_number", "individualNumber", "idNumber"],
        ),
        Country::Kr => (
            &["RRN", "ResidentNumber", "ResidentRegistrationNumber"],
            &["rrn", "resident_no", "residentNumber"],
        ),
        Country::In
            if p.id
                .plain
                .as_bytes()
                .first()
                .is_some_and(u8::is_ascii_digit) =>
        {
            (
                &["AadhaarNumber", "Aadhaar", "UidNumber"],
                &["aadhaar", "aadhaar_no"],
            )
        }
        Country::In if p.id.strong => (&["PAN", "PanNumber"], &["pan", "pan_no", "panNumber"]),
        Country::In => (&["VoterId", "EpicNo"], &["voter_id", "epicNo"]),
        Country::Asia => (&["CNIC", "NationalId"], &["cnic", "national_id"]),
    };
    r.one(if pascal { upper } else { lower })
}
