//! The 24 tables of an export, field by field: the JSON property, the column,
//! its type, and its role: whether it is compared, kept, stamped, derived.
//! A column that is not listed here is kept.
//!
//! One description serves reading the file, reading the target, comparing,
//! writing and the check before the commit. Property names are the product's
//! bean names, including misspelled ones.

use super::field::{FieldDef, epoch, int, int_as_long, long, text, time};

/// A table and the list of the file that contains its rows.
#[derive(Debug)]
pub(crate) struct Table {
    /// Its id.
    pub(crate) id: TableId,
    /// The list's name in the file.
    pub(crate) list: &'static str,
    /// The table's name in the database.
    pub(crate) name: &'static str,
    /// The fields, in the file's order.
    pub(crate) fields: &'static [FieldDef],
}

impl Table {
    /// Returns the fields that are columns, with their positions in a row.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (usize, &'static FieldDef)> {
        self.fields
            .iter()
            .enumerate()
            .filter(|(_, field)| !field.column.is_empty())
    }

    /// Returns the fields of the primary key.
    pub(crate) fn key(&self) -> impl Iterator<Item = (usize, &'static FieldDef)> {
        self.columns().filter(|(_, field)| field.is_key)
    }
}

/// Defines a module per table: a constant per field (its position in a row) and
/// the table itself.
macro_rules! tables {
    ($($id:ident $module:ident: $list:literal => $table:literal {
        $($at:ident: $json:literal => $column:literal $def:ident ( $($size:literal)? ) $(. $more:ident ( $($value:literal)? ))* ;)*
    })*) => {
        /// Which table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum TableId {
            $(
                #[doc = concat!("`", $table, "`")]
                $id,
            )*
        }

        impl TableId {
            /// Returns the table's description.
            pub(crate) fn table(self) -> &'static Table {
                match self {
                    $(Self::$id => &$module::TABLE),*
                }
            }
        }

        /// All tables, in the file's order.
        pub(crate) static TABLES: [&Table; 24] = [$(&$module::TABLE),*];

        $(
            #[doc = concat!("`", $table, "`, the file's `", $list, "`.")]
            #[allow(dead_code, reason = "every field has its place, also those that no rule asks for by name")]
            pub(crate) mod $module {
                use super::*;

                #[expect(non_camel_case_types, reason = "numbers the constants below")]
                #[allow(clippy::upper_case_acronyms, reason = "numbers the constants below")]
                enum At { $($at),* }

                $(
                    #[doc = concat!("Where `", $json, "` stands in a row.")]
                    pub(crate) const $at: usize = At::$at as usize;
                )*

                /// The table.
                pub(crate) static TABLE: Table = Table {
                    id: TableId::$id,
                    list: $list,
                    name: $table,
                    fields: &[$($def($($size)?)$(.$more($($value)?))*.named($json, $column)),*],
                };
            }
        )*
    };
}

tables! {
    Client client: "tsmpClientList" => "tsmp_client" {
        CLIENT_ID: "clientId" => "client_id" text(40).key().required();
        CLIENT_NAME: "clientName" => "client_name" text(150).required();
        CLIENT_ALIAS: "clientAlias" => "client_alias" text(150);
        CLIENT_STATUS: "clientStatus" => "client_status" text(1).required().or_text("1");
        TPS: "tps" => "tps" int().required().or_int(10);
        EMAILS: "emails" => "emails" text(500);
        API_QUOTA: "apiQuota" => "api_quota" int();
        API_USED: "apiUsed" => "api_used" int().counter();
        C_PRIORITY: "cPriority" => "c_priority" int().or_int(5);
        CREATE_TIME: "createTime" => "create_time" time().required().stamped();
        UPDATE_TIME: "updateTime" => "update_time" time().stamped();
        OWNER: "owner" => "owner" text(100).required();
        REMARK: "remark" => "remark" text(300);
        CREATE_USER: "createUser" => "create_user" text(1000).required().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        SECURITY_LEVEL_ID: "securityLevelId" => "security_level_id" text(10);
        SIGNUP_NUM: "signupNum" => "signup_num" text(100);
        PWD_FAIL_TIMES: "pwdFailTimes" => "pwd_fail_times" int().counter();
        FAIL_TRESHHOLD: "failTreshhold" => "fail_treshhold" int().or_int(3);
        ACCESS_TOKEN_QUOTA: "accessTokenQuota" => "access_token_quota" int();
        REFRESH_TOKEN_QUOTA: "refreshTokenQuota" => "refresh_token_quota" int();
        CLIENT_SECRET: "clientSecret" => "client_secret" text(128).secret().kept();
        START_DATE: "startDate" => "start_date" long();
        END_DATE: "endDate" => "end_date" long();
        START_TIME_PER_DAY: "startTimePerDay" => "start_time_per_day" long();
        END_TIME_PER_DAY: "endTimePerDay" => "end_time_per_day" long();
        TIME_ZONE: "timeZone" => "time_zone" text(200);
        DP_CLIENT_ENTRY: "dpClientEntry" => "dp_client_entry" text(1000).secret().kept();
    }
    Host host: "tsmpClientHostList" => "tsmp_client_host" {
        HOST_SEQ: "hostSeq" => "host_seq" int_as_long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        HOST_NAME: "hostName" => "host_name" text(50).required();
        HOST_IP: "hostIp" => "host_ip" text(255).required();
        CREATE_TIME: "createTime" => "create_time" time().required().stamped();
    }
    Oauth oauth: "oauthClientDetailsList" => "oauth_client_details" {
        CLIENT_ID: "clientId" => "client_id" text(255).key().required();
        RESOURCE_IDS: "resourceIds" => "resource_ids" text(255);
        CLIENT_SECRET: "clientSecret" => "client_secret" text(255).secret().kept();
        SCOPE: "scope" => "scope" text(2048).derived();
        AUTHORIZED_GRANT_TYPES: "authorizedGrantTypes" => "authorized_grant_types" text(255);
        WEB_SERVER_REDIRECT_URI: "webServerRedirectUri" => "web_server_redirect_uri" text(255).url();
        AUTHORITIES: "authorities" => "authorities" text(255);
        ACCESS_TOKEN_VALIDITY: "accessTokenValidity" => "access_token_validity" int_as_long().or_int(86400);
        REFRESH_TOKEN_VALIDITY: "refreshTokenValidity" => "refresh_token_validity" int_as_long().or_int(86400);
        ADDITIONAL_INFORMATION: "additionalInformation" => "additional_information" text(4096).url();
        AUTOAPPROVE: "autoapprove" => "autoapprove" text(255);
        WEB_SERVER_REDIRECT_URI1: "webServerRedirectUri1" => "web_server_redirect_uri1" text(255).url();
        WEB_SERVER_REDIRECT_URI2: "webServerRedirectUri2" => "web_server_redirect_uri2" text(255).url();
        WEB_SERVER_REDIRECT_URI3: "webServerRedirectUri3" => "web_server_redirect_uri3" text(255).url();
        WEB_SERVER_REDIRECT_URI4: "webServerRedirectUri4" => "web_server_redirect_uri4" text(255).url();
        WEB_SERVER_REDIRECT_URI5: "webServerRedirectUri5" => "web_server_redirect_uri5" text(255).url();
    }
    Clientext clientext: "tsmpDpClientextList" => "tsmp_dp_clientext" {
        CLIENT_ID: "clientId" => "client_id" text(40).key().required();
        CLIENT_SEQ_ID: "clientSeqId" => "client_seq_id" long().required().local();
        CONTENT_TXT: "contentTxt" => "content_txt" text(1000).required();
        REG_STATUS: "regStatus" => "reg_status" text(1).required().or_text("0");
        PWD_STATUS: "pwdStatus" => "pwd_status" text(1).required().or_text("1");
        PWD_RESET_KEY: "pwdResetKey" => "pwd_reset_key" text(22).secret();
        REVIEW_REMARK: "reviewRemark" => "review_remark" text(3000);
        REF_REVIEW_USER: "refReviewUser" => "ref_review_user" text(255);
        RESUBMIT_DATE_TIME: "resubmitDateTime" => "resubmit_date_time" time();
        PUBLIC_FLAG: "publicFlag" => "public_flag" text(1);
        RESUBMIT_DATE_TIME_FOR_LONG_TIME: "resubmitDateTimeForLongTime" => "" epoch();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
        KEYWORD_SEARCH: "keywordSearch" => "keyword_search" text(4000).derived();
    }
    Group group: "tsmpGroupList" => "tsmp_group" {
        GROUP_ID: "groupId" => "group_id" text(10).key().required().local();
        GROUP_NAME: "groupName" => "group_name" text(150).required().identity().follows();
        CREATE_TIME: "createTime" => "create_time" time().required().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).required().stamped();
        UPDATE_TIME: "updateTime" => "update_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        GROUP_ALIAS: "groupAlias" => "group_alias" text(150).follows();
        GROUP_DESC: "groupDesc" => "group_desc" text(1500).follows();
        GROUP_ACCESS: "groupAccess" => "group_access" text(255);
        SECURITY_LEVEL_ID: "securityLevelId" => "security_level_id" text(10).or_text("SYSTEM");
        ALLOW_DAYS: "allowDays" => "allow_days" int().or_int(0);
        ALLOW_TIMES: "allowTimes" => "allow_times" int().or_int(0);
        VGROUP_ID: "vgroupId" => "vgroup_id" text(10).local();
        VGROUP_NAME: "vgroupName" => "vgroup_name" text(30).identity();
        VGROUP_FLAG: "vgroupFlag" => "vgroup_flag" text(1).required().or_text("0").identity();
    }
    ClientGroup client_group: "tsmpClientGroupList" => "tsmp_client_group" {
        CLIENT_ID: "clientId" => "client_id" text(40).key().required();
        GROUP_ID: "groupId" => "group_id" text(10).key().required().local();
    }
    Vgroup vgroup: "tsmpVgroupList" => "tsmp_vgroup" {
        VGROUP_ID: "vgroupId" => "vgroup_id" text(10).key().required().local();
        VGROUP_NAME: "vgroupName" => "vgroup_name" text(150).required().identity();
        CREATE_TIME: "createTime" => "create_time" time().required().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).required().stamped();
        UPDATE_TIME: "updateTime" => "update_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VGROUP_ALIAS: "vgroupAlias" => "vgroup_alias" text(255);
        VGROUP_DESC: "vgroupDesc" => "vgroup_desc" text(1500);
        VGROUP_ACCESS: "vgroupAccess" => "vgroup_access" text(255);
        SECURITY_LEVEL_ID: "securityLevelId" => "security_level_id" text(10).or_text("SYSTEM");
        ALLOW_DAYS: "allowDays" => "allow_days" int().required().or_int(0);
        ALLOW_TIMES: "allowTimes" => "allow_times" int().required().or_int(0);
    }
    ClientVgroup client_vgroup: "tsmpClientVgroupList" => "tsmp_client_vgroup" {
        CLIENT_ID: "clientId" => "client_id" text(40).key().required();
        VGROUP_ID: "vgroupId" => "vgroup_id" text(10).key().required().local();
    }
    VgroupGroup vgroup_group: "tsmpVgroupGroupList" => "tsmp_vgroup_group" {
        VGROUP_ID: "vgroupId" => "vgroup_id" text(10).key().required().local();
        GROUP_ID: "groupId" => "group_id" text(10).key().required().local();
        CREATE_TIME: "createTime" => "create_time" time().required().stamped();
    }
    GroupApi group_api: "tsmpGroupApiList" => "tsmp_group_api" {
        GROUP_ID: "groupId" => "group_id" text(10).key().required().local();
        API_KEY: "apiKey" => "api_key" text(255).key().required();
        MODULE_NAME: "moduleName" => "module_name" text(100).key().required();
        MODULE_VER: "moduleVer" => "module_version" text(20);
        CREATE_TIME: "createTime" => "create_time" time().required().stamped();
    }
    XKey x_key: "dgrXApiKeyList" => "dgr_x_api_key" {
        API_KEY_ID: "apiKeyId" => "api_key_id" long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        API_KEY_ALIAS: "apiKeyAlias" => "api_key_alias" text(100).required();
        EFFECTIVE_AT: "effectiveAt" => "effective_at" long().required();
        EXPIRED_AT: "expiredAt" => "expired_at" long().required();
        API_KEY: "apiKey" => "api_key" text(100).secret();
        API_KEY_MASK: "apiKeyMask" => "api_key_mask" text(100).required();
        API_KEY_EN: "apiKeyEn" => "api_key_en" text(100).required().secret().identity();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    XMap x_map: "dgrXApiKeyMapList" => "dgr_x_api_key_map" {
        API_KEY_MAP_ID: "apiKeyMapId" => "api_key_map_id" long().key().required().local();
        REF_API_KEY_ID: "refApiKeyId" => "ref_api_key_id" long().required().local();
        GROUP_ID: "groupId" => "group_id" text(10).required().local();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    Authority authority: "tsmpGroupAuthoritiesList" => "tsmp_group_authorities" {
        GROUP_AUTHORITIE_ID: "groupAuthoritieId" => "group_authoritie_id" text(10).key().required();
        GROUP_AUTHORITIE_NAME: "groupAuthoritieName" => "group_authoritie_name" text(30).required();
        GROUP_AUTHORITIE_LEVEL: "groupAuthoritieLevel" => "group_authoritie_level" text(10);
        GROUP_AUTHORITIE_DESC: "groupAuthoritieDesc" => "group_authoritie_desc" text(60);
    }
    GroupAuthority group_authority: "tsmpGroupAuthoritiesMapList" => "tsmp_group_authorities_map" {
        GROUP_ID: "groupId" => "group_id" text(10).key().required().local();
        GROUP_AUTHORITIE_ID: "groupAuthoritieId" => "group_authoritie_id" text(10).key().required();
    }
    VgroupAuthority vgroup_authority: "tsmpVgroupAuthoritiesMapList" => "tsmp_vgroup_authorities_map" {
        VGROUP_ID: "vgroupId" => "vgroup_id" text(10).key().required().local();
        VGROUP_AUTHORITIE_ID: "vgroupAuthoritieId" => "vgroup_authoritie_id" text(10).key().required();
    }
    Level level: "tsmpSecurityLevelList" => "tsmp_security_level" {
        SECURITY_LEVEL_ID: "securityLevelId" => "security_level_id" text(10).key().required();
        SECURITY_LEVEL_NAME: "securityLevelName" => "security_level_name" text(30).required();
        SECURITY_LEVEL_DESC: "securityLevelDesc" => "security_level_desc" text(60);
    }
    DpApp dp_app: "dpAppList" => "dp_app" {
        DP_APPLICATION_ID: "dpApplicationId" => "dp_application_id" long().key().required().local();
        APPLICATION_NAME: "applicationName" => "application_name" text(50).required();
        APPLICATION_DESC: "applicationDesc" => "application_desc" text(500);
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        DP_USER_NAME: "dpUserName" => "dp_user_name" text(400).required();
        ID_TOKEN_JWTSTR: "idTokenJwtstr" => "id_token_jwtstr" text(4000).required().secret();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int().stamped();
        KEYWORD_SEARCH: "keywordSearch" => "keyword_search" text(600).derived();
        ISS: "iss" => "iss" text(4000).required();
    }
    OpenKey open_key: "tsmpOpenApiKeyList" => "tsmp_open_apikey" {
        OPEN_API_KEY_ID: "openApiKeyId" => "open_apikey_id" long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(255).required().identity();
        OPEN_API_KEY: "openApiKey" => "open_apikey" text(1024).required().secret().identity();
        SECRET_KEY: "secretKey" => "secret_key" text(1024).required().secret();
        OPEN_API_KEY_ALIAS: "openApiKeyAlias" => "open_apikey_alias" text(255).required();
        TIMES_QUOTA: "timesQuota" => "times_quota" int().required().or_int(-1);
        TIMES_THRESHOLD: "timesThreshold" => "times_threshold" int().required().or_int(-1);
        EXPIRED_AT: "expiredAt" => "expired_at" long().required();
        REVOKED_AT: "revokedAt" => "revoked_at" long();
        OPEN_API_KEY_STATUS: "openApiKeyStatus" => "open_apikey_status" text(1).required().or_text("1");
        ROLLOVER_FLAG: "rolloverFlag" => "rollover_flag" text(1).required().or_text("N");
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    OpenMap open_map: "tsmpOpenApiKeyMapList" => "tsmp_open_apikey_map" {
        OPEN_API_KEY_MAP_ID: "openApiKeyMapId" => "open_apikey_map_id" long().key().required().local();
        REF_OPEN_API_KEY_ID: "refOpenApiKeyId" => "ref_open_apikey_id" long().required().local();
        REF_API_UID: "refApiUid" => "ref_api_uid" text(36).required().local();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    IdpO idp_o: "dgrGtwIdpInfoOList" => "dgr_gtw_idp_info_o" {
        GTW_IDP_INFO_O_ID: "gtwIdpInfoOId" => "gtw_idp_info_o_id" long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        IDP_TYPE: "idpType" => "idp_type" text(50).required();
        STATUS: "status" => "status" text(1).required();
        REMARK: "remark" => "remark" text(200);
        IDP_CLIENT_ID: "idpClientId" => "idp_client_id" text(400).required();
        IDP_CLIENT_MIMA: "idpClientMima" => "idp_client_mima" text(200).required().secret();
        IDP_CLIENT_NAME: "idpClientName" => "idp_client_name" text(200);
        WELL_KNOWN_URL: "wellKnownUrl" => "well_known_url" text(4000).url();
        CALLBACK_URL: "callbackUrl" => "callback_url" text(400).required().url();
        AUTH_URL: "authUrl" => "auth_url" text(4000).url();
        ACCESS_TOKEN_URL: "accessTokenUrl" => "access_token_url" text(4000).url();
        SCOPE: "scope" => "scope" text(4000);
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    IdpL idp_l: "dgrGtwIdpInfoLList" => "dgr_gtw_idp_info_l" {
        GTW_IDP_INFO_L_ID: "gtwIdpInfoLId" => "gtw_idp_info_l_id" long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        STATUS: "status" => "status" text(1).required();
        REMARK: "remark" => "remark" text(200);
        LDAP_URL: "ldapUrl" => "ldap_url" text(4000).required().url();
        LDAP_DN: "ldapDn" => "ldap_dn" text(4000).required();
        LDAP_TIMEOUT: "ldapTimeout" => "ldap_timeout" int().required();
        ICON_FILE: "iconFile" => "icon_file" text(4000);
        PAGE_TITLE: "pageTitle" => "page_title" text(400).required();
        LDAP_BASE_DN: "ldapBaseDn" => "ldap_base_dn" text(4000);
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    IdpA idp_a: "dgrGtwIdpInfoAList" => "dgr_gtw_idp_info_a" {
        GTW_IDP_INFO_A_ID: "gtwIdpInfoAId" => "gtw_idp_info_a_id" long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        STATUS: "status" => "status" text(1).required();
        REMARK: "remark" => "remark" text(200);
        API_URL: "apiUrl" => "api_url" text(4000).required().url();
        API_METHOD: "apiMethod" => "api_method" text(10).required();
        REQ_HEADER: "reqHeader" => "req_header" text(4000).secret();
        REQ_BODY_TYPE: "reqBodyType" => "req_body_type" text(1).required();
        REQ_BODY: "reqBody" => "req_body" text(4000).secret();
        SUC_BY_TYPE: "sucByType" => "suc_by_type" text(1).required();
        SUC_BY_FIELD: "sucByField" => "suc_by_field" text(200);
        SUC_BY_VALUE: "sucByValue" => "suc_by_value" text(200);
        IDT_NAME: "idtName" => "idt_name" text(200);
        IDT_EMAIL: "idtEmail" => "idt_email" text(200);
        IDT_PICTURE: "idtPicture" => "idt_picture" text(200);
        ICON_FILE: "iconFile" => "icon_file" text(4000);
        PAGE_TITLE: "pageTitle" => "page_title" text(400).required();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        IDT_LIGHT_ID: "idtLightId" => "idt_light_id" text(200);
        IDT_ROLE_NAME: "idtRoleName" => "idt_role_name" text(200);
        VERSION: "version" => "version" int_as_long().stamped();
    }
    IdpJdbc idp_jdbc: "dgrGtwIdpInfoJdbcList" => "dgr_gtw_idp_info_jdbc" {
        GTW_IDP_INFO_JDBC_ID: "gtwIdpInfoJdbcId" => "gtw_idp_info_jdbc_id" long().key().required().local();
        CLIENT_ID: "clientId" => "client_id" text(40).required().identity();
        STATUS: "status" => "status" text(1).required();
        REMARK: "remark" => "remark" text(200);
        CONNECTION_NAME: "connectionName" => "connection_name" text(50).required();
        SQL_PTMT: "sqlPtmt" => "sql_ptmt" text(1000).required();
        SQL_PARAMS: "sqlParams" => "sql_params" text(1000).required();
        USER_MIMA_ALG: "userMimaAlg" => "user_mima_alg" text(40).required();
        USER_MIMA_COL_NAME: "userMimaColName" => "user_mima_col_name" text(200).required();
        IDT_SUB: "idtSub" => "idt_sub" text(200).required();
        IDT_NAME: "idtName" => "idt_name" text(200);
        IDT_EMAIL: "idtEmail" => "idt_email" text(200);
        IDT_PICTURE: "idtPicture" => "idt_picture" text(200);
        ICON_FILE: "iconFile" => "icon_file" text(4000);
        PAGE_TITLE: "pageTitle" => "page_title" text(400).required();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
    Rdb rdb: "dgrRdbConnectionList" => "dgr_rdb_connection" {
        CONNECTION_NAME: "connectionName" => "connection_name" text(50).key().required();
        JDBC_URL: "jdbcUrl" => "jdbc_url" text(200).required().url();
        USER_NAME: "userName" => "user_name" text(100).required();
        MIMA: "mima" => "mima" text(2000).required().secret();
        MAX_POOL_SIZE: "maxPoolSize" => "max_pool_size" int().required().or_int(10);
        CONNECTION_TIMEOUT: "connectionTimeout" => "connection_timeout" int_as_long().required().or_int(30000);
        IDLE_TIMEOUT: "idleTimeout" => "idle_timeout" int_as_long().required().or_int(600000);
        MAX_LIFETIME: "maxLifetime" => "max_lifetime" int_as_long().required().or_int(1800000);
        DATA_SOURCE_PROPERTY: "dataSourceProperty" => "data_source_property" text(4000).secret();
        CREATE_DATE_TIME: "createDateTime" => "create_date_time" time().stamped();
        CREATE_USER: "createUser" => "create_user" text(1000).stamped();
        UPDATE_DATE_TIME: "updateDateTime" => "update_date_time" time().stamped();
        UPDATE_USER: "updateUser" => "update_user" text(1000).stamped();
        VERSION: "version" => "version" int_as_long().stamped();
    }
}

/// The name of the file's 25th list, which is not a table.
pub(crate) const API_USE_LIST: &str = "dgrApikeyUseApiList";

/// The properties of the 25th list: uid, module, key.
pub(crate) static API_USE: [FieldDef; 3] = [
    text(36).named("apiUid", ""),
    text(150).named("moduleName", ""),
    text(255).named("apiId", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_in_their_own_order() {
        for (index, table) in TABLES.iter().enumerate() {
            assert_eq!(table.id as usize, index);
            assert!(table.key().count() > 0, "{} has a key", table.name);
        }
    }
}
